import type { Appliance } from '../../appliance/appliance.ts';
import { noticeOutsideChange } from '../../history/versions/outside-change.ts';
import type { VersionStore } from '../../history/versions/version-store.ts';
import type { Mutex } from '../../shared/mutex.ts';
import type { StateKeeper } from '../../state/state-keeper.ts';

/** An editor may write a file in several steps. */
const defaultSettleMs = 2_000;

/**
 * Keeps what others write to the managed files (vim, a package) as versions, a little after the
 * keeper has looked at the files; never in the middle of a change of our own.
 * @returns the function that ends it.
 */
export function watchOutsideChanges({
  appliance,
  keeper,
  versions,
  exclusive,
  onProblem,
  settleMs = defaultSettleMs,
}: {
  appliance: Pick<Appliance, 'listConfigurationFiles' | 'readConfigurationFile'>;
  keeper: Pick<StateKeeper, 'subscribe' | 'evidence'>;
  versions: VersionStore;
  exclusive: Mutex;
  onProblem: (error: unknown) => void;
  settleMs?: number;
}): () => void {
  let timer: NodeJS.Timeout | undefined;
  const seenTags = new Map<string, string>();
  /** The keeper's last look at the files that was followed by one here: most of its news are others. */
  let followedAtMs: number | undefined;
  const keeperLookedAtMs = () => keeper.evidence().configuration?.atMs;

  async function look(): Promise<void> {
    for (const { id, exists } of await appliance.listConfigurationFiles()) {
      if (!exists) continue;
      const content = await appliance.readConfigurationFile(id);
      if (!content.ok || seenTags.get(id) === content.tag) continue;
      const { path, text, tag } = content;
      await noticeOutsideChange(versions, { fileId: id, path, text, tag });
      seenTags.set(id, tag);
    }
  }

  const stopListening = keeper.subscribe(() => {
    if (keeperLookedAtMs() === followedAtMs) return;
    // The first news counts: they may never cease.
    timer ??= setTimeout(() => {
      timer = undefined;
      followedAtMs = keeperLookedAtMs();
      exclusive(look).catch(onProblem);
    }, settleMs).unref();
  });
  return () => {
    stopListening();
    clearTimeout(timer);
  };
}

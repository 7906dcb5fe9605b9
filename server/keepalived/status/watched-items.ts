/** What keepalived watches for one instance: its own account, and what its log told since. */
import type { ConfiguredInstance } from '../config/questions.ts';
import type { Observed, TrackedItem, TrackingReport } from '../proof/evidence.ts';
import { trackedKey } from '../runtime/log/log-evidence.ts';
import type { LogEvidence } from '../runtime/log/log-evidence.ts';
import type { WatchedItem } from './status-model.ts';

/**
 * @param tracking keepalived's newest account of what it watches, however old: what changes is told by
 *   the log, and asked again at once
 * @param deciding the scripts of the file whose failure would change something, and since when (monotonic)
 *   keepalived runs this very file; undefined: not known
 */
export function listWatched(
  instanceName: string,
  configured: ConfiguredInstance | undefined,
  tracking: Observed<TrackingReport> | undefined,
  log: LogEvidence,
  deciding?: { scriptNames: readonly string[]; loadedByMs: number },
): WatchedItem[] {
  const report = tracking?.value;
  if (report?.ok) {
    const items = report.items.flatMap((item) => {
      const tracker = item.instances.find(({ name }) => name === instanceName);
      return tracker ? [{ ...describe(item, log), ...pickTracker(tracker) }] : [];
    });
    // Of a file that was loaded after that account, nothing is missing.
    return deciding && tracking && tracking.atMs >= deciding.loadedByMs
      ? [...items, ...findDropped(items, deciding.scriptNames)]
      : items;
  }
  // Without its account there is what the file says, and what the log told of it.
  const { trackedScripts = [], trackedInterfaces = [], interfaceName } = configured ?? {};
  const interfaces = [...new Set([interfaceName, ...trackedInterfaces])];
  return [
    ...trackedScripts.map((name) => ({ kind: 'script' as const, name })),
    ...interfaces.flatMap((name) =>
      name === undefined ? [] : [{ kind: 'interface' as const, name }],
    ),
  ].map((item) => ({
    ...describe({ ...item, good: undefined, detail: '' }, log),
    weight: undefined,
    forcesFault: true,
  }));
}

const droppedWords =
  'it is not there, not executable for its user, or others than root may change it; keepalived’s log says which';

/**
 * The scripts that keepalived dropped when it read the file: not there, not executable for their user,
 * or to be changed by others (measured, 2.2.7: its account leaves them out, and no failure follows).
 */
function findDropped(items: readonly WatchedItem[], scriptNames: readonly string[]): WatchedItem[] {
  const names = new Set(items.flatMap(({ kind, name }) => (kind === 'script' ? name : [])));
  return [...new Set(scriptNames)]
    .filter((name) => !names.has(name))
    .map((name) => ({
      ...{ kind: 'script', name, good: undefined, detail: droppedWords },
      ...{ weight: undefined, forcesFault: false, sinceMs: undefined, isRun: false },
    }));
}

function pickTracker({ weight, forcesFault, isReversed, good }: TrackedItem['instances'][number]) {
  return {
    ...{ weight, forcesFault },
    ...(isReversed && { isReversed }),
    ...(good !== undefined && { good }),
  };
}

/** Whether its newest result costs the instance something; of one with `reverse`, that is a success. */
export const isFailing = ({ good, isReversed }: WatchedItem): boolean =>
  good === (isReversed === true);

/** keepalived's account says what it is, the log since when and how it came. */
function describe(item: Omit<TrackedItem, 'instances'>, log: LogEvidence) {
  const logged = log.results.get(trackedKey(item));
  const agrees = item.good === undefined || item.good === logged?.good;
  const agreed = agrees ? logged : undefined;
  const details = [item.detail, agreed?.detail ?? ''].filter((words) => words !== '');
  return {
    kind: item.kind,
    name: item.name,
    ...(item.file && { file: item.file }),
    good: item.good ?? agreed?.good,
    detail: [...new Set(details)].join(', '),
    sinceMs: agreed?.atMs,
  };
}

/**
 * What cannot be run has no result: keepalived's account goes on calling it good (measured, 2.2.7).
 * @param obstacles by the name of the script, each the end of a sentence
 */
export function addObstacles(
  items: readonly WatchedItem[],
  obstacles: ReadonlyMap<string, string> = new Map(),
): WatchedItem[] {
  return items.map((item) => {
    const obstacle = item.kind === 'script' ? obstacles.get(item.name) : undefined;
    // A failure that it told before counts for keepalived until a success does.
    if (obstacle === undefined || item.good === false) return item;
    return { ...item, good: undefined, detail: obstacle, sinceMs: undefined, isRun: false };
  });
}

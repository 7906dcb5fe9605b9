import type { Appliance } from '../appliance/appliance.ts';
import { readLiveConfiguration } from '../state/live-configuration.ts';
import type { ApplyOutcome } from './outcomes.ts';
import { loadAndProve, look } from './prove-live.ts';

type RestoreOutcome = Extract<ApplyOutcome, { kind: 'restored' | 'restore-failed' }>;

/** A version to go back to. */
export interface Fallback {
  fileId: string;
  path: string;
  text: string;
}

/**
 * Puts the old version back after a new one could not be proved, and proves the old one in turn.
 * Tried once: a second failure is told, never looped over.
 * @param installedTag the tag of the new version; if the file is another one by now, somebody else
 *   wrote it, and it stays
 * @param failure why the new version was not proved
 */
export async function restoreConfiguration(
  appliance: Appliance,
  old: Fallback | undefined,
  installedTag: string,
  failure: string,
): Promise<Omit<RestoreOutcome, 'findings'>> {
  const failed = (what: string): Omit<RestoreOutcome, 'findings'> => ({
    kind: 'restore-failed',
    message: `The new configuration did not work: ${failure}. ${what}`,
  });
  if (!old) {
    return failed(
      'No earlier version is known to have worked, so there is nothing to go back to: edit the file and save again.',
    );
  }
  const replacement = await appliance.replaceConfigurationFile(old.fileId, {
    text: old.text,
    expectedTag: installedTag,
  });
  if (replacement.outcome === 'conflict') {
    return failed(
      'Somebody else changed the file meanwhile, so it was left alone: compare and save again.',
    );
  }
  if (replacement.outcome === 'failed') {
    return failed(`The old version could not be put back: ${replacement.message}`);
  }
  const expected = await readLiveConfiguration(appliance);
  if (!expected.ok)
    return failed(`The old version was put back, but cannot be read: ${expected.reason}`);

  const now = await look(appliance);
  const command = now.daemon.state === 'running' ? 'reload' : 'start';
  const { failure: stillWrong } = await loadAndProve(appliance, command, now, expected.summary);
  if (stillWrong !== undefined) {
    return failed(
      `The old version is in ${old.path} again, but keepalived does not run with it: ${stillWrong}. ` +
        'Look at the log, and start keepalived when the cause is gone.',
    );
  }
  return {
    kind: 'restored',
    message: `The new configuration did not work: ${failure}. The old one is live again.`,
  };
}

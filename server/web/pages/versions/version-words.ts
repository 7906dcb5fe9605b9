import type { VersionAction } from '../../../history/versions/version-record.ts';
import type { VersionRecord } from '../../../operations/versions/restore-version.ts';
import { describeInstant } from '../../view/time-words.ts';
import type { Instant } from '../../view/time-words.ts';

/** A version as the pages name it. */
export interface VersionWords {
  id: string;
  path: string;
  when: Instant;
  who: string;
  /** The address of who asked for it, where that is known. */
  from: string | undefined;
  action: string;
  comment: string;
  outcome: { word: string; explanation: string; tone: 'good' | 'calm' | 'warn' | 'bad' | 'mute' };
}

const outcomes: Record<VersionRecord['outcome'], VersionWords['outcome']> = {
  pending: { word: 'Being applied', explanation: 'Not finished yet.', tone: 'calm' },
  live: { word: 'Live', explanation: 'Ran successfully.', tone: 'good' },
  saved: { word: 'Saved', explanation: 'On the disk, not run.', tone: 'calm' },
  restored: {
    word: 'Rolled back',
    explanation: 'It did not work, or was interrupted. The previous file was restored.',
    tone: 'bad',
  },
  conflict: {
    word: 'Not written',
    explanation: 'Someone else changed the file first.',
    tone: 'warn',
  },
  failed: { word: 'Failed', explanation: 'It was not written, or did not work.', tone: 'bad' },
  outside: {
    word: 'Found',
    explanation: 'It was on the disk, not written by this program.',
    tone: 'mute',
  },
};

const actions: Record<VersionAction, string> = {
  edit: 'Edit Config Files',
  settings: 'Settings',
  'default-master': 'Set Default Master',
  'default-backup': 'Set Default Backup',
  packaged: 'Created from the packaged default',
  drill: 'Set up the drill',
  restore: 'Restored a version',
  'go-back': 'Rolled back a change',
  outside: 'Changed outside',
};

/** A record of an older release may have an action that this one does not know. */
const isKnown = (action: string): action is VersionAction => Object.hasOwn(actions, action);

export function describeVersion(record: VersionRecord): VersionWords {
  const { id, path, keptAtMs, userName, remoteAddress, action, comment, outcome } = record;
  return {
    ...{ id, path, comment },
    when: describeInstant(keptAtMs),
    who: userName ?? 'outside of this page',
    from: remoteAddress === 'none' ? undefined : remoteAddress,
    action: isKnown(action) ? actions[action] : action,
    outcome: outcomes[outcome],
  };
}

import { createHash } from 'node:crypto';
import type { TransactionIntent, TransactionStep } from '../../../server/history/journal.ts';
import type { Confirmation } from '../../../server/history/pending-confirmation.ts';
import type { NewVersion } from '../../../server/history/versions/version-store.ts';

export function createTag(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export function newVersion(text: string, other: Partial<NewVersion> = {}): NewVersion {
  return {
    fileId: 'live',
    path: '/etc/keepalived/keepalived.conf',
    text,
    tag: createTag(text),
    userName: 'admin',
    action: 'edit',
    comment: '',
    outcome: 'pending',
    ...other,
  };
}

export const intent: TransactionIntent = {
  id: 'a7',
  fileId: 'live',
  path: '/etc/keepalived/keepalived.conf',
  oldTag: createTag('old'),
  newTag: createTag('new'),
  oldVersionId: '6a0e2f0c-53a3-4c06-8a3f-1d4f0a6f7b10',
  newVersionId: '6a0e2f0c-53a3-4c06-8a3f-1d4f0a6f7b11',
  action: 'edit',
  userName: 'admin',
  daemonPid: 4711,
  startedAtMs: 1_753_000_000_000,
};

export const steps: TransactionStep[] = [
  'tested',
  'kept',
  'installing',
  'installed',
  'reloading',
  'proving',
  'finished',
];

export function confirmation(content: string): Confirmation {
  return {
    deadlineAtMs: 1_753_000_120_000,
    fileId: 'live',
    restoreVersionId: '6a0e2f0c-53a3-4c06-8a3f-1d4f0a6f7b10',
    currentTag: createTag(content),
  };
}

import { ownerPriority } from '../../addresses/owner-priority.ts';
import { createSettingCheck } from '../setting-check.ts';
import type { Comparison } from '../setting-check.ts';

const givesUp = 0;

/** keepalived lowers its own priority to 254 when it notices (measured, 2.2.7): the file tells. */
export const compareOwner: Comparison = ({ configured, priority }, { source, last }) => {
  const ours = Math.max(configured.priority ?? 0, priority ?? 0);
  if (ours !== ownerPriority || last.priority !== ownerPriority) return 'same';
  return {
    verdict: 'wrong',
    sentence: `${source} and this server both have priority 255, which says “the address is mine”: neither ever gives way to the other.`,
    remedy: 'Lower the priority on the server that should be the backup, for example to 100.',
    ours: '255',
    theirs: '255',
  };
};

const comparePriority: Comparison = ({ priority }, { source, last }) => {
  if (last.priority === givesUp || priority === undefined) return 'unknown';
  if (last.priority !== priority || priority === ownerPriority) return 'same';
  return {
    verdict: 'suspicious',
    sentence: `${source} and this server have the same priority (${priority}). When both start, the server with the higher IP address wins, which may not be the one that you mean.`,
    remedy: 'Give the server that should be active the higher priority.',
    ours: String(priority),
    theirs: String(last.priority),
  };
};

export const checkOwner = createSettingCheck(
  { id: 'address-owner', title: 'One address owner', setting: 'priority' },
  compareOwner,
  () => 'At most one server has priority 255.',
);

export const checkPriority = createSettingCheck(
  { id: 'same-priority', title: 'Different priorities', setting: 'priority' },
  comparePriority,
  ({ priority }) => `The other server’s priority is not this server’s (${priority}).`,
);

/** Notices when the critical alarms that tell of two active servers begin and end. */
import type { Alarm } from '../keepalived/status/alarms/alarm-codes.ts';
import type { Evidence, KeepalivedStatus } from '../keepalived/status/status.ts';
import type { SplitBrainRecord } from './failover-records.ts';

export interface SplitBrainWatch {
  /** What is to be written down after this look; the times are of both clocks, now. */
  note(
    evidence: Pick<Evidence, 'log'>,
    status: Pick<KeepalivedStatus, 'instances'>,
    now: { wallMs: number; monotonicMs: number },
  ): SplitBrainRecord[];
  /** Nobody watched: what was open has an end that nobody knows. */
  forget(): void;
}

/**
 * Before a master steps back it hears the other one, and for a moment it is not yet known that it
 * stepped back: that is an ordinary failover.
 */
const settledAfterMs = 1_500;

interface Open {
  begin: SplitBrainRecord;
  firstSeenAtMs: number;
  /** Wall clock, ms: when the other server was noticed last. */
  lastAtMs: number;
  isWritten: boolean;
}

export function createSplitBrainWatch(): SplitBrainWatch {
  const open = new Map<string, Open>();
  return {
    note({ log }, { instances }, { wallMs, monotonicMs }) {
      const standing = new Set<string>();
      const records: SplitBrainRecord[] = [];
      for (const { name, alarms } of instances) {
        for (const { code, sentence, foundAtMs } of alarms) {
          if (!isSplitBrain(code)) continue;
          const key = `${code} ${name}`;
          standing.add(key);
          const heard = code === 'another-master' ? log.otherMasters.get(name) : undefined;
          const lastAtMs = heard ? wallMs - (monotonicMs - heard.atMs) : wallMs;
          const atMs = foundAtMs ?? lastAtMs;
          const phase = 'begin' as const;
          const known = open.get(key) ?? {
            begin: { kind: 'split-brain', ...{ atMs, instance: name, code, phase, sentence } },
            firstSeenAtMs: monotonicMs,
            isWritten: false,
          };
          const isSettled = monotonicMs - known.firstSeenAtMs >= settledAfterMs;
          if (isSettled && !known.isWritten) records.push(known.begin);
          open.set(key, { ...known, lastAtMs, isWritten: known.isWritten || isSettled });
        }
      }
      for (const [key, { begin, lastAtMs, isWritten }] of open) {
        if (standing.has(key)) continue;
        open.delete(key);
        const { kind, instance, code } = begin;
        if (isWritten) records.push({ kind, atMs: lastAtMs, instance, code, phase: 'end' });
      }
      return records;
    },
    forget() {
      open.clear();
    },
  };
}

const isSplitBrain = (code: Alarm['code']): code is SplitBrainRecord['code'] =>
  code === 'another-master' || code === 'address-twice';

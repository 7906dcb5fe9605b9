import type { SplitBrain, TransitionRecord } from '../../../state/state-keeper.ts';
import { describeInstant, formatDuration } from '../../view/time-words.ts';
import type { Instant } from '../../view/time-words.ts';

export interface SplitBrainRow {
  when: Instant;
  instanceName: string;
  lasted: string;
  sentence: string;
}

/** What is known of a time in which two servers were active. */
export function describeSplitBrain(
  splitBrain: SplitBrain,
  transitions: readonly TransitionRecord[],
  nowMs: number,
): SplitBrainRow {
  const { fromMs, instance, code, sentence } = splitBrain;
  return {
    when: describeInstant(fromMs),
    instanceName: instance,
    lasted: describeLength(splitBrain, nowMs),
    sentence: `${sentence ?? fallbacks[code]}${describeBegin(splitBrain, transitions)}`,
  };
}

/**
 * Two servers that hear nothing of each other notice nothing: then the time at which this one took the
 * address, because it heard no other, is the earliest at which both can have been active.
 * @param transitions newest first
 */
function describeBegin(
  { instance, fromMs }: SplitBrain,
  transitions: readonly TransitionRecord[],
): string {
  const last = transitions.find((one) => one.instance === instance && one.atMs <= fromMs);
  if (last?.to !== 'MASTER' || last.reason?.code !== 'peer-lost') return '';
  return ` Both may have been active since ${describeInstant(last.atMs).text}, ${formatDuration(fromMs - last.atMs)} earlier. This server became MASTER then, because it received nothing from the other one.`;
}

function describeLength({ fromMs, toMs, end }: SplitBrain, nowMs: number): string {
  if (end === 'lasts') return `${formatDuration(nowMs - fromMs)} so far`;
  if (toMs === undefined) return 'unknown: the program was not running when it ended';
  return toMs - fromMs < 1_000 ? 'noticed once' : formatDuration(toMs - fromMs);
}

const fallbacks = {
  'another-master': 'This server was MASTER and received advertisements of another master.',
  'address-twice': 'Debug found the address on two servers.',
} as const;

import type { SplitBrain } from '../../../state/state-keeper.ts';
import { describeInstant, formatDuration } from '../../view/time-words.ts';
import type { Instant } from '../../view/time-words.ts';

export interface SplitBrainRow {
  when: Instant;
  instanceName: string;
  lasted: string;
  sentence: string;
}

/** What is known of a time in which two servers were active. */
export function describeSplitBrain(splitBrain: SplitBrain, nowMs: number): SplitBrainRow {
  const { fromMs, instance, code, sentence } = splitBrain;
  return {
    when: describeInstant(fromMs),
    instanceName: instance,
    lasted: describeLength(splitBrain, nowMs),
    sentence: sentence ?? fallbacks[code],
  };
}

function describeLength({ fromMs, toMs, end }: SplitBrain, nowMs: number): string {
  if (end === 'lasts') return `${formatDuration(nowMs - fromMs)}, and still lasts`;
  if (toMs === undefined) return 'not known: the program was not running when it ended';
  return toMs - fromMs < 1_000 ? 'noticed once' : formatDuration(toMs - fromMs);
}

const fallbacks = {
  'another-master': 'Another master was heard while this server was MASTER.',
  'address-twice': 'Debug found the address on two servers.',
} as const;

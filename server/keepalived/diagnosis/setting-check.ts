import type { Check, CheckId } from './check.ts';
import type { InstanceView } from './instance-view.ts';
import { describeSender } from './sender.ts';
import type { Sender } from './sender.ts';

export type InstanceCheck = (view: InstanceView) => Check;

/** Where a peer differs from us. */
export interface Difference {
  verdict: 'wrong' | 'suspicious';
  sentence: string;
  remedy: string;
  /** Left out for a password. */
  ours?: string;
  theirs?: string;
}

/** same: as it should be · unknown: what was heard does not tell, or another difference hides it. */
export type Comparison = (ours: InstanceView, peer: Sender) => Difference | 'same' | 'unknown';

/**
 * A check that compares one setting with every peer that was heard, and tells of the worst one.
 * @param setting keepalived's keyword
 * @param good the sentence if all is as it should be
 */
export function createSettingCheck(
  { id, title, setting }: { id: CheckId; title: string; setting: string },
  compare: Comparison,
  good: (ours: InstanceView) => string,
): InstanceCheck {
  return (ours) => {
    const check: Check = {
      id,
      title,
      verdict: 'cannot-tell',
      sentence: whyNothingIsCompared(ours),
      evidence: ours.peers.map(describeSender),
      remedy: undefined,
      about: { instance: ours.name, setting },
    };
    const results = ours.peers.map((peer) => compare(ours, peer));
    const differences = results.filter((result) => typeof result === 'object');
    const worst = differences.find(({ verdict }) => verdict === 'wrong') ?? differences[0];
    if (worst) {
      const { verdict, sentence, remedy, ours: value, theirs } = worst;
      return {
        ...check,
        verdict,
        sentence,
        remedy,
        about: { ...check.about, ours: value, theirs },
      };
    }
    if (results.includes('same')) return { ...check, verdict: 'good', sentence: good(ours) };
    return check;
  };
}

function whyNothingIsCompared({ obstacle, peers, virtualRouterId }: InstanceView): string {
  if (obstacle !== undefined) return `Nothing could be compared: ${obstacle}.`;
  if (peers.length === 0) {
    return `No other server advertised virtual router ID ${virtualRouterId ?? ''}, so there is nothing to compare. A standby server sends nothing.`;
  }
  return 'The received advertisements do not show it.';
}

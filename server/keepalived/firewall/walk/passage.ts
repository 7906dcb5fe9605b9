import type { RulePlace } from '../rule-place.ts';
import { joinStates } from './packet-state.ts';
import type { PacketState } from './packet-state.ts';

/** A drop that a packet may meet. */
export interface Drop {
  place: RulePlace;
  /**
   * Where a rule of ours stands in front of this: the packet surely comes by there, unless an earlier
   * rule has ended it. In a chain that is jumped to only perhaps, or left earlier, it does not.
   */
  before: RulePlace;
  /** What was not understood on the way; undefined: this is certain. */
  doubt: string | undefined;
}

/** All that may become of a packet in a chain or by a rule: as much as is asked later. */
export interface Passage {
  /** The first that it may meet. */
  drop: Drop | undefined;
  /** The first without a doubt. */
  certainDrop: Drop | undefined;
  /** In which state it may be accepted; undefined: it is not. */
  accepted: PacketState | undefined;
  /** The first doubt of a drop or an acceptance. */
  doubt: string | undefined;
  /**
   * Where it may first leave the chain without a verdict: the rule by which it does, or the chain
   * itself for its end. The doubt of that is not needed.
   */
  exit: RulePlace | undefined;
  /** In which state it leaves there. */
  left: PacketState | undefined;
}

/** Nothing becomes of it. */
export const emptyPassage: Passage = {
  ...{ drop: undefined, certainDrop: undefined, accepted: undefined },
  ...{ doubt: undefined, exit: undefined, left: undefined },
};

/** One or the other; `one` comes first. */
export function mergePassages(one: Passage, other: Passage): Passage {
  if (one === emptyPassage) return other;
  if (other === emptyPassage) return one;
  return {
    drop: one.drop ?? other.drop,
    certainDrop: one.certainDrop ?? other.certainDrop,
    accepted: joinStates(one.accepted, other.accepted),
    doubt: one.doubt ?? other.doubt,
    exit: one.exit ?? other.exit,
    left: joinStates(one.left, other.left),
  };
}

/** Where a rule stands that is passed before all these drops; undefined: they say it themselves. */
export function stopBefore<Ends extends Pick<Passage, 'drop' | 'certainDrop'>>(
  place: RulePlace | undefined,
  ends: Ends,
): Ends {
  if (!place) return ends;
  const { drop, certainDrop } = ends;
  return {
    ...ends,
    drop: drop && { ...drop, before: place },
    certainDrop: certainDrop && { ...certainDrop, before: place },
  };
}

import { getChainKey, getRulePlace } from '../rule-place.ts';
import type { RulePlace } from '../rule-place.ts';
import type { Chain, Rule, Step, Test, RuleVerdict } from '../rule-set.ts';
import { computeMark } from './mark.ts';
import { describeState, joinKeys, joinStates, unknownState } from './packet-state.ts';
import type { PacketState } from './packet-state.ts';
import { areTestsMet, isTestMet } from './packet-tests.ts';
import type { Surroundings } from './packet-tests.ts';
import { mergePassages, emptyPassage, stopBefore } from './passage.ts';
import type { Passage } from './passage.ts';

/** One packet's way through one base chain and all that is jumped to from there. */
export interface Walk extends Surroundings {
  /** By `keyOfChain`. */
  chains: ReadonlyMap<string, Chain>;
  /** What was not understood first. */
  doubt: string | undefined;
  /** What became of packets in the same state in the same chain: many rules may lead there. */
  known: Map<string, Passage>;
  /** The chains that the packet is in: one that leads to itself ends nowhere. */
  inside: Set<Chain>;
}

/** nft's own limit of jumps is 16; the older iptables has none. */
const maxDepth = 500;

/** All that may happen to the packet in a base chain, its policy included. */
export function enterChain(chain: Chain, state: PacketState, walk: Walk): Passage {
  const passage = passChain(chain, state, walk);
  const { left, exit } = passage;
  if (!left || !exit || !chain.base) return passage;
  if (chain.base.policy === 'accept')
    return mergePassages(passage, { ...emptyPassage, accepted: left });
  // A rule behind the one that leaves the chain for its policy is not passed.
  const drop = { place: getRulePlace(chain, undefined, 0), before: exit, doubt: undefined };
  return mergePassages(passage, { ...emptyPassage, drop, certainDrop: drop });
}

function passChain(chain: Chain, state: PacketState, walk: Walk): Passage {
  const key = `${getChainKey(chain)} ${describeState(state)}`;
  const known = walk.known.get(key);
  if (known) return known;
  walk.inside.add(chain);
  let passage = emptyPassage;
  let current: PacketState | undefined = state;
  for (const [at, rule] of chain.rules.entries()) {
    const result: RuleResult = applyRule(rule, getRulePlace(chain, rule, at), current, walk);
    passage = mergePassages(passage, stopBefore(passage.exit, result.passage));
    current = result.next;
    if (!current) break;
  }
  if (current) {
    passage = mergePassages(passage, {
      ...emptyPassage,
      exit: getRulePlace(chain, undefined, 0),
      left: current,
    });
  }
  walk.inside.delete(chain);
  walk.known.set(key, passage);
  return passage;
}

interface RuleResult {
  passage: Passage;
  /** In which state the packet may reach the next rule; undefined: it does not. */
  next: PacketState | undefined;
}

/**
 * The first test that fails ends a rule; what the steps before it did to the packet stays. Of a test
 * that is not understood both ways are followed.
 */
function applyRule(rule: Rule, place: RulePlace, before: PacketState, walk: Walk): RuleResult {
  let state = before;
  /** In which the rule may have ended early. */
  let ended: PacketState | undefined;
  let doubt: string | undefined;
  for (const step of rule.steps) {
    switch (step.kind) {
      case 'test': {
        const truth = isTestMet(step.test, state, walk);
        if (truth === false) return { passage: emptyPassage, next: joinStates(ended, state) };
        if (truth === true) break;
        doubt ??= textOf(step.test);
        walk.doubt ??= doubt;
        ended = joinStates(ended, state);
        break;
      }
      case 'set-mark':
      case 'untrack':
      case 'rewrite':
        state = changeState(step, state, walk);
        break;
      case 'map':
      case 'verdict': {
        const { passage, next } =
          step.kind === 'map'
            ? applyMap(step, { rule, place, doubt, state }, walk)
            : applyVerdict(step.verdict, { rule, place, doubt, state }, walk);
        return { passage, next: joinStates(ended, next) };
      }
    }
  }
  return { passage: emptyPassage, next: joinStates(ended, state) };
}

function changeState(
  step: Extract<Step, { kind: 'set-mark' | 'untrack' | 'rewrite' }>,
  state: PacketState,
  { isTracked }: Walk,
): PacketState {
  switch (step.kind) {
    case 'set-mark':
      return { ...state, mark: computeMark(step.mark, state.mark) };
    case 'rewrite':
      return { ...state, unsure: joinKeys(state.unsure, step.keys) };
    case 'untrack':
      // What is tracked already stays so (nft_notrack_eval).
      if (isTracked === true) return state;
      return { ...state, untracked: isTracked === false || state.untracked ? true : undefined };
  }
}

/** A rule of which all tests hold, or may hold. */
interface Applied {
  rule: Rule;
  place: RulePlace;
  /** What was not understood in it. */
  doubt: string | undefined;
  state: PacketState;
}

function applyMap(
  { entries, otherwise }: Extract<Step, { kind: 'map' }>,
  applied: Applied,
  walk: Walk,
): RuleResult {
  const { rule, state, doubt } = applied;
  let passage = emptyPassage;
  let next: PacketState | undefined;
  let isSure = false;
  let isUnsure = false;
  for (const { tests, verdict } of entries) {
    const truth = areTestsMet(tests, state, walk);
    if (truth === false) continue;
    isSure ||= truth === true;
    isUnsure ||= truth === undefined;
    const why = doubt ?? (truth === true ? undefined : rule.text);
    walk.doubt ??= why;
    const result = applyVerdict(verdict, { ...applied, doubt: why }, walk);
    passage = mergePassages(passage, result.passage);
    next = joinStates(next, result.next);
  }
  if (isSure) return { passage, next };
  if (!otherwise) return { passage, next: joinStates(next, state) };
  const why = doubt ?? (isUnsure ? rule.text : undefined);
  const result = applyVerdict(otherwise, { ...applied, doubt: why }, walk);
  return { passage: mergePassages(passage, result.passage), next: joinStates(next, result.next) };
}

/** What a verdict does where it applies; what else may happen is up to the rule. */
function applyVerdict(verdict: RuleVerdict, applied: Applied, walk: Walk): RuleResult {
  const { place, doubt, state } = applied;
  switch (verdict.kind) {
    case 'accept':
      return { passage: { ...emptyPassage, accepted: state, doubt }, next: undefined };
    case 'drop': {
      const drop = { place, before: place, doubt };
      const certainDrop = doubt === undefined ? drop : undefined;
      return { passage: { ...emptyPassage, drop, certainDrop, doubt }, next: undefined };
    }
    case 'return':
      return { passage: { ...emptyPassage, exit: place, left: state }, next: undefined };
    case 'unknown':
      return doubtEverything(verdict.text, place);
    case 'jump':
    case 'goto': {
      const target = walk.chains.get(getChainKey({ ...place, chain: verdict.chain }));
      const isLost = !target || walk.inside.has(target) || walk.inside.size > maxDepth;
      if (isLost) return doubtEverything(verdict.chain, place);
      const { exit, left, ...ends } = passChain(target, state, walk);
      const passage = doubt === undefined ? ends : stopBefore(place, weaken(ends, doubt));
      if (verdict.kind === 'jump') {
        return { passage: { ...passage, exit: undefined, left: undefined }, next: left };
      }
      return { passage: { ...passage, exit: exit && place, left }, next: undefined };
    }
  }
}

function weaken<Ends extends Omit<Passage, 'exit' | 'left'>>(ends: Ends, doubt: string): Ends {
  const { drop, accepted } = ends;
  return {
    ...ends,
    drop: drop && { ...drop, doubt: drop.doubt ?? doubt },
    certainDrop: undefined,
    doubt: ends.doubt ?? (drop || accepted ? doubt : undefined),
  };
}

function doubtEverything(doubt: string, place: RulePlace): RuleResult {
  const drop = { place, before: place, doubt };
  return { passage: { ...emptyPassage, drop, accepted: unknownState, doubt }, next: unknownState };
}

function textOf(test: Test): string | undefined {
  return test.kind === 'never' ? undefined : test.text;
}

import { isHiddenOnBridge } from '../link-stack.ts';
import { listPacketValues, matchesValue } from '../packet.ts';
import type { VrrpPacket } from '../packet.ts';
import type { PacketKey, Rule, Test } from '../rule-set.ts';
import { computeMark, isUnmarked, isWithin } from './mark.ts';
import { initialState } from './packet-state.ts';
import type { PacketState } from './packet-state.ts';

/** Where a packet is asked. */
export interface Surroundings {
  packet: VrrpPacket;
  /**
   * Whether connection tracking has seen the packet yet; undefined: perhaps, at the very same priority.
   * Before, the kernel calls every packet's state invalid (nft_ct_get_eval in net/netfilter).
   */
  isTracked: boolean | undefined;
  /** By a chain of the family `bridge`. */
  isOnBridge?: boolean;
}

/** Whether a test holds. @returns undefined: not understood, or it depends. */
export function isTestMet(
  test: Test,
  state: PacketState,
  surroundings: Surroundings,
): boolean | undefined {
  switch (test.kind) {
    case 'never':
      return false;
    case 'unknown':
      return undefined;
    case 'compare-mark': {
      const bits = computeMark(test.mark, state.mark);
      return negateIf(test.negated, findTruth(test.ranges.map((range) => isWithin(bits, range))));
    }
    case 'one-of': {
      const rows = test.rows.map((row) => areTestsMet(row, state, surroundings));
      return negateIf(test.negated, findTruth(rows));
    }
    case 'compare': {
      if (state.unsure.has(test.key)) return undefined;
      if (surroundings.isOnBridge === true && isHiddenOnBridge(test.key)) return undefined;
      // Routes may depend on the mark.
      if (test.key === 'reverse-path' && !isUnmarked(state.mark)) return undefined;
      // Of a connection that is not tracked nothing is asked, not even whether it is no other.
      if (test.key === 'connection-status' && hasNoConnection(state, surroundings) !== false) {
        return hasNoConnection(state, surroundings) === true ? false : undefined;
      }
      const actual = listValues(test.key, state, surroundings);
      const truths = actual.map((value) => isOneOf(value, test));
      if (truths.length === 0 || truths.some((truth) => truth !== truths[0])) return undefined;
      return negateIf(test.negated, truths[0]);
    }
  }
}

/** Whether all hold. */
export function areTestsMet(
  tests: readonly Test[],
  state: PacketState,
  surroundings: Surroundings,
): boolean | undefined {
  const truths = tests.map((test) => isTestMet(test, state, surroundings));
  if (truths.includes(false)) return false;
  return truths.includes(undefined) ? undefined : true;
}

function findTruth(alternatives: readonly (boolean | undefined)[]): boolean | undefined {
  if (alternatives.includes(true)) return true;
  return alternatives.includes(undefined) ? undefined : false;
}

function negateIf(negated: boolean, truth: boolean | undefined): boolean | undefined {
  return truth === undefined ? undefined : truth !== negated;
}

function isOneOf(
  actual: string,
  { key, values }: Extract<Test, { kind: 'compare' }>,
): boolean | undefined {
  return findTruth(values.map((value) => matchesValue(key, actual, value)));
}

function hasNoConnection(
  { untracked }: PacketState,
  { isTracked }: Surroundings,
): boolean | undefined {
  if (untracked === true || isTracked === false) return true;
  return untracked === undefined || isTracked === undefined ? undefined : false;
}

function listValues(
  key: PacketKey,
  { untracked }: PacketState,
  { packet, isTracked }: Surroundings,
): string[] {
  const values = listPacketValues(packet, key);
  if (key !== 'connection-state') return values;
  return [
    ...(untracked === true || isTracked === false ? [] : values),
    ...(untracked === true || isTracked === true ? [] : ['invalid']),
    ...(untracked === false ? [] : ['untracked']),
  ];
}

/** Whether a rule's tests all hold for a packet, for certain. */
export function matchesPacket({ steps }: Rule, packet: VrrpPacket): boolean {
  const tests = steps.flatMap((step) => (step.kind === 'test' ? [step.test] : []));
  return areTestsMet(tests, initialState, { packet, isTracked: true }) === true;
}

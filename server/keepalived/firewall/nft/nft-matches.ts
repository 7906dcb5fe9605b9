import { createComparison } from '../rule-set.ts';
import type { Step, Test, RuleVerdict } from '../rule-set.ts';
import { listGuards, readNftKey } from './nft-keys.ts';
import type { NftKey } from './nft-keys.ts';
import { isObject, listElements, readElement } from './nft-values.ts';
import type { NftContext } from './nft-values.ts';

/** `{"match": {"op": "==", "left": …, "right": …}}` (libnftables-json(5)). */
export function readMatch(value: unknown, context: NftContext): Step[] {
  if (!isObject(value)) return [];
  const { op, left, right } = value;
  const { text, family } = context;
  const guards = listGuards(left, text);
  const test =
    readExistence(value, text) ??
    readComparison(op, right, readNftKey(left, text, family), context);
  return [...guards, test ?? ({ kind: 'unknown', text } as const)].map((each) => ({
    kind: 'test',
    test: each,
  }));
}

/** Headers behind the one of IPv6, and whether there is a way back: `exists`, `missing`. */
function readExistence(
  { op, left, right }: Record<string, unknown>,
  text: string,
): Test | undefined {
  if (!isObject(left) || typeof right !== 'boolean') return undefined;
  const wanted = right === (op === '==');
  const { exthdr, fib } = left;
  // keepalived sends none of these.
  if (isObject(exthdr)) return wanted ? { kind: 'never' } : always;
  const route = isObject(fib) ? readNftKey(left, '', '')?.fields[0] : undefined;
  if (route?.kind !== 'packet' || route.key !== 'reverse-path') return undefined;
  return createComparison('reverse-path', ['known'], text, !wanted);
}

const always: Test = { kind: 'one-of', rows: [[]], negated: false, text: '' };

function readComparison(
  operator: unknown,
  right: unknown,
  key: NftKey | undefined,
  context: NftContext,
): Test | undefined {
  const { text } = context;
  if (!key) return undefined;
  if (isOrdering(operator)) return readOrdering(operator, right, key, text);
  // `in`, `!`: one of several flags is set, or none; only these are a list that is no set.
  const isOfFlags = operator === 'in' || operator === '!';
  if (!isOfFlags && operator !== '==' && operator !== '!=') return undefined;
  if (!isOfFlags && Array.isArray(right)) return undefined;
  const rows = listElements(right, context)?.map((element) => readElement(element, key, text));
  if (!rows || rows.includes(undefined)) return undefined;
  const known = rows.flatMap((row) => (row === undefined ? [] : [row === 'all' ? [] : row]));
  return { kind: 'one-of', rows: known, negated: operator === '!=' || operator === '!', text };
}

const orderings = ['<', '<=', '>', '>='] as const;
type Ordering = (typeof orderings)[number];

function isOrdering(operator: unknown): operator is Ordering {
  return orderings.some((ordering) => ordering === operator);
}

const highest = 0xffffffff;

function readOrdering(
  operator: Ordering,
  right: unknown,
  key: NftKey,
  text: string,
): Test | undefined {
  if (typeof right !== 'number') return undefined;
  const ranges: Record<Ordering, [number, number]> = {
    ...{ '<': [0, right - 1], '<=': [0, right] },
    ...{ '>': [right + 1, highest], '>=': [right, highest] },
  };
  const row = readElement({ range: ranges[operator] }, key, text);
  return row && row !== 'all' ? { kind: 'one-of', rows: [row], negated: false, text } : undefined;
}

/** `{"vmap": {"key": …, "data": {"set": [[value, verdict], …]}}}` */
export function readMap(
  value: unknown,
  context: NftContext,
  readVerdict: (value: unknown) => RuleVerdict | undefined,
): Step[] {
  const { text, family } = context;
  const left = isObject(value) ? value['key'] : undefined;
  const guards = listGuards(left, text).map((test): Step => ({ kind: 'test', test }));
  const unknown: Step = { kind: 'verdict', verdict: { kind: 'unknown', text } };
  const key = readNftKey(left, text, family);
  const elements = isObject(value) ? listElements(value['data'], context) : undefined;
  if (!key || !elements) return [...guards, unknown];
  const map: Extract<Step, { kind: 'map' }> = { kind: 'map', entries: [], otherwise: undefined };
  for (const element of elements) {
    const [wanted, goal] = Array.isArray(element) ? (element as unknown[]) : [];
    const tests = readElement(wanted, key, text);
    const verdict = readVerdict(goal);
    if (!tests || !verdict) return [...guards, unknown];
    if (tests === 'all') map.otherwise = verdict;
    else map.entries.push({ tests, verdict });
  }
  return [...guards, map];
}

import { createComparison } from '../rule-set.ts';
import type { Step, Test, Verdict } from '../rule-set.ts';
import { findPacketKey, isOfAnotherProtocol } from './nft-keys.ts';
import type { NftKey } from './nft-keys.ts';

export type NftExpression = Record<string, unknown>;
/** Elements by `family table name`. */
export type NftSets = Map<string, unknown[]>;

export interface NftContext {
  /** The whole rule, for what is not understood. */
  text: string;
  getSet: (name: string) => unknown[] | undefined;
}

/** What the statements of a rule do (libnftables-json(5)). */
export function readNftSteps(expressions: NftExpression[], context: NftContext): Step[] {
  return expressions.flatMap((expression) =>
    Object.entries(expression).flatMap(([name, value]) => readStatement(name, value, context)),
  );
}

/** They change nothing that a filter asks for. */
const harmless = new Set([
  ...['counter', 'log', 'comment', 'last', 'map', 'ct helper', 'ct timeout'],
  ...['ct expectation', 'secmark', 'flow', 'dup', 'tee', 'continue'],
]);

function readStatement(name: string, value: unknown, context: NftContext): Step[] {
  const verdict = readVerdict({ [name]: value });
  if (verdict) return [{ kind: 'verdict', verdict }];
  if (harmless.has(name)) return [];
  switch (name) {
    case 'match':
      return readMatch(value, context);
    case 'vmap':
      return [readMap(value, context)];
    case 'notrack':
      return [{ kind: 'untrack' }];
    case 'mangle':
      return isObject(value) && findPacketKey(value['key'])?.key === 'mark'
        ? [{ kind: 'set-mark' }]
        : [];
    case 'set':
      // `add @heard { ip saddr limit rate over 9/second }` also tests.
      if (!isObject(value) || !('stmt' in value)) return [];
      return [{ kind: 'test', test: { kind: 'unknown', text: context.text } }];
    case 'limit':
    case 'quota':
    case 'ct count':
      return [{ kind: 'test', test: { kind: 'unknown', text: name } }];
    // They change the source, to one that a peer need not know.
    case 'masquerade':
    case 'snat':
      return [{ kind: 'verdict', verdict: { kind: 'accept' } }];
    default:
      return [{ kind: 'verdict', verdict: { kind: 'unknown', text: context.text } }];
  }
}

function readVerdict(value: unknown): Verdict | undefined {
  if (!isObject(value)) return undefined;
  if ('accept' in value) return { kind: 'accept' };
  if ('drop' in value || 'reject' in value) return { kind: 'drop' };
  if ('return' in value) return { kind: 'return' };
  for (const kind of ['jump', 'goto'] as const) {
    const target = value[kind];
    if (isObject(target) && typeof target['target'] === 'string') {
      return { kind, chain: target['target'] };
    }
  }
  return undefined;
}

function readMatch(value: unknown, context: NftContext): Step[] {
  if (!isObject(value)) return [];
  const { op, left, right } = value;
  const key = findPacketKey(left);
  const values = key && listValues(right, op, key, context);
  const tests: Test[] = [];
  if (isOfAnotherProtocol(left)) return [{ kind: 'test', test: { kind: 'never' } }];
  // What asks for an IPv4 header matches no IPv6 packet, whatever it asks.
  if (key?.family) tests.push(createComparison('family', [key.family], context.text));
  tests.push(
    values
      ? createComparison(key.key, values, context.text, op === '!=')
      : { kind: 'unknown', text: context.text },
  );
  return tests.map((test) => ({ kind: 'test', test }));
}

function readMap(value: unknown, context: NftContext): Step {
  const unknown: Step = { kind: 'verdict', verdict: { kind: 'unknown', text: context.text } };
  if (!isObject(value)) return unknown;
  const key = findPacketKey(value['key']);
  const elements = listElements(value['data'], context);
  if (!key || !elements) return unknown;
  const entries = elements.flatMap((element) => {
    if (!Array.isArray(element)) return [undefined];
    const wanted = readValue(element[0], key);
    const verdict = readVerdict(element[1]);
    return [wanted !== undefined && verdict ? { value: wanted, verdict } : undefined];
  });
  const known = entries.filter((entry) => entry !== undefined);
  return known.length < entries.length ? unknown : { kind: 'map', key: key.key, entries: known };
}

/** @returns undefined if one of them is not understood. */
function listValues(
  right: unknown,
  operator: unknown,
  key: NftKey,
  context: NftContext,
): string[] | undefined {
  const elements = listElements(right, context);
  const values = elements?.map((element) => readValue(element, key));
  if (!values || values.includes(undefined)) return undefined;
  const known = values.filter((value) => value !== undefined);
  const number = Number(known[0]);
  switch (operator) {
    case '==':
    case '!=':
    case 'in':
      return known;
    case '<':
      return [`0-${number - 1}`];
    case '<=':
      return [`0-${number}`];
    case '>':
      return [`${number + 1}-${maxNumber}`];
    case '>=':
      return [`${number}-${maxNumber}`];
    default:
      return undefined;
  }
}

const maxNumber = 2 ** 32;

/** `{ set: […] }`, a list of flags, the name of a set, or a single value. */
function listElements(value: unknown, { getSet }: NftContext): unknown[] | undefined {
  if (typeof value === 'string' && value.startsWith('@')) return getSet(value.slice(1));
  const listed = isObject(value) && 'set' in value ? value['set'] : value;
  return Array.isArray(listed) ? (listed as unknown[]) : [listed];
}

function readValue(value: unknown, key: NftKey): string | undefined {
  // All that is not named beside it.
  if (value === '*') return undefined;
  if (typeof value === 'string' || typeof value === 'number') return key.translate(String(value));
  if (!isObject(value)) return undefined;
  const { prefix, range, elem } = value;
  if (isObject(prefix)) return `${String(prefix['addr'])}/${String(prefix['len'])}`;
  if (Array.isArray(range)) return range.map(String).join('-');
  return isObject(elem) ? readValue(elem['val'], key) : undefined;
}

function isObject(value: unknown): value is NftExpression {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import type { Step, RuleVerdict } from '../rule-set.ts';
import { listGuards } from './nft-keys.ts';
import { readNftMark } from './nft-marks.ts';
import { readMap, readMatch } from './nft-matches.ts';
import { isObject } from './nft-values.ts';
import type { NftContext } from './nft-values.ts';

/** What the statements of a rule do (libnftables-json(5)). */
export function readNftSteps(expressions: Record<string, unknown>[], context: NftContext): Step[] {
  return expressions.flatMap((expression) =>
    Object.entries(expression).flatMap(([name, value]) => readStatement(name, value, context)),
  );
}

/** They change nothing that a filter asks for. */
const harmless = new Set([
  ...['counter', 'log', 'comment', 'last', 'ct helper', 'ct timeout'],
  ...['ct expectation', 'secmark', 'flow', 'dup', 'tee', 'continue'],
]);

function readStatement(name: string, value: unknown, context: NftContext): Step[] {
  const verdict = readVerdict({ [name]: value });
  if (verdict) return [...listRejectGuards(value, context), { kind: 'verdict', verdict }];
  if (harmless.has(name)) return [];
  const { text } = context;
  switch (name) {
    case 'match':
      return readMatch(value, context);
    case 'vmap':
      return readMap(value, context, readVerdict);
    case 'notrack':
      return [{ kind: 'untrack' }];
    case 'mangle':
      return isObject(value) ? readMangle(value['key'], value['value'], context) : [];
    case 'set':
    case 'map':
      // It ends the rule where it has no room, and may test: `add @heard { ip saddr limit rate 9/second }`.
      return [...guard(isObject(value) ? unwrap(value['elem']) : undefined, text), doubt(text)];
    case 'limit':
    case 'quota':
    case 'ct count':
      return [doubt(name)];
    // They change the source, to one that a peer need not know.
    case 'masquerade':
    case 'snat':
      return [
        { kind: 'rewrite', keys: ['source'] },
        { kind: 'verdict', verdict: { kind: 'accept' } },
      ];
    default:
      return [{ kind: 'verdict', verdict: { kind: 'unknown', text } }];
  }
}

function readVerdict(value: unknown): RuleVerdict | undefined {
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

/** `reject with icmpv6 …` is for IPv6 only, and nft does not always say so beside it. */
function listRejectGuards(value: unknown, { text }: NftContext): Step[] {
  const { type } = isObject(value) ? value : {};
  if (type === 'tcp reset') return [{ kind: 'test', test: { kind: 'never' } }];
  const protocol = type === 'icmp' ? 'ip' : type === 'icmpv6' ? 'ip6' : undefined;
  return protocol === undefined ? [] : guard({ payload: { protocol, field: '' } }, text);
}

const harmlessMeta = new Set(['priority', 'nftrace', 'secmark']);
const harmlessFields = new Set(['dscp', 'ecn']);

/** `meta mark set …`, `ip ttl set …`. What cannot be computed ends the rule. */
function readMangle(key: unknown, value: unknown, context: NftContext): Step[] {
  const { text } = context;
  const { meta, ct, payload } = isObject(key) ? key : {};
  const mark = readNftMark(value);
  const isFixed = mark !== undefined || typeof value === 'string';
  const steps = [...guard(key, text), ...(isFixed ? [] : [...guard(value, text), doubt(text)])];
  const { key: name } = isObject(meta) ? meta : {};
  if (name === 'mark') {
    return [...steps, { kind: 'set-mark', mark: mark ?? { kind: 'unknown', bits: 0xffffffff } }];
  }
  if (name === 'pkttype') return [...steps, { kind: 'rewrite', keys: ['packet-type'] }];
  if (typeof name === 'string' && harmlessMeta.has(name)) return steps;
  if (isObject(ct)) return steps;
  const { field } = isObject(payload) ? payload : {};
  if (typeof field === 'string' && harmlessFields.has(field)) return steps;
  return [...steps, { kind: 'verdict', verdict: { kind: 'unknown', text } }];
}

function guard(left: unknown, text: string): Step[] {
  return listGuards(left, text).map((test) => ({ kind: 'test', test }));
}

function doubt(text: string): Step {
  return { kind: 'test', test: { kind: 'unknown', text } };
}

/** An element with a time to live. */
function unwrap(element: unknown): unknown {
  const inner = isObject(element) ? element['elem'] : undefined;
  return isObject(inner) ? inner['val'] : element;
}

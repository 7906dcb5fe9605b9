import type { Step, RuleVerdict } from '../rule-set.ts';
import type { MarkExpression } from '../walk/mark.ts';
import type { Option } from './iptables-options.ts';

/** Targets after which the next rule follows. */
const passing = new Set([
  ...['LOG', 'NFLOG', 'ULOG', 'TRACE', 'AUDIT', 'CT', 'CONNMARK', 'TOS', 'DSCP'],
  ...['TCPMSS', 'TCPOPTSTRIP', 'CLASSIFY', 'SECMARK', 'CONNSECMARK', 'CHECKSUM', 'IDLETIMER'],
  ...['LED', 'SET', 'RATEEST', 'TEE', 'ECN'],
]);

const verdicts: Readonly<Record<string, RuleVerdict>> = {
  ACCEPT: { kind: 'accept' },
  DROP: { kind: 'drop' },
  REJECT: { kind: 'drop' },
  RETURN: { kind: 'return' },
};

/** Another program decides, the packet is sent elsewhere, or keepalived would not take it (TTL). */
const deciding = new Set([
  ...['NFQUEUE', 'QUEUE', 'DNAT', 'REDIRECT', 'TPROXY', 'NETMAP', 'STEAL', 'TTL', 'HL'],
]);

const allBits = 0xffffffff;
const anyMark: MarkExpression = { kind: 'unknown', bits: allBits };

/**
 * What a rule's target does (iptables-extensions(8)).
 * @param options the ones behind it.
 * @param text the whole rule, for what is not understood.
 */
export function readTarget({ name, values }: Option, options: Option[], text: string): Step[] {
  const [target = ''] = values;
  const verdict = verdicts[target];
  if (verdict) return [{ kind: 'verdict', verdict }];
  const has = (...names: string[]) => options.some((option) => names.includes(option.name));
  if (target === 'NOTRACK' || (target === 'CT' && has('--notrack'))) return [{ kind: 'untrack' }];
  // They change the source, to one that a peer need not know.
  if (target === 'MASQUERADE' || target === 'SNAT') {
    return [
      { kind: 'rewrite', keys: ['source'] },
      { kind: 'verdict', verdict: { kind: 'accept' } },
    ];
  }
  if (target === 'MARK') return [{ kind: 'set-mark', mark: readMark(options) }];
  if (target === 'CONNMARK' && has('--restore-mark')) return restoreMark(options, text);
  if (target === 'HMARK' || (target === 'SET' && has('--map-mark'))) {
    return [doubt(text), { kind: 'set-mark', mark: anyMark }];
  }
  if (passing.has(target)) return [];
  if (deciding.has(target)) return [{ kind: 'verdict', verdict: { kind: 'unknown', text } }];
  const kind = name === '-g' || name === '--goto' ? 'goto' : 'jump';
  return [{ kind: 'verdict', verdict: { kind, chain: target } }];
}

/** `--set-xmark 0x10/0xf0` and what else may be written: which bits are kept, and which turned over. */
function readMark(options: readonly Option[]): MarkExpression {
  for (const { name, values } of options) {
    const [value, mask] = readMasked(values[0]);
    if (value === undefined) return anyMark;
    if (name === '--set-xmark') return combine(~mask, value);
    if (name === '--set-mark') return combine(~(value | mask), value);
    if (name === '--and-mark') return combine(value, 0);
    if (name === '--or-mark') return combine(~value, value);
    if (name === '--xor-mark') return combine(allBits, value);
  }
  return anyMark;
}

function combine(kept: number, turned: number): MarkExpression {
  const right: MarkExpression = { kind: 'constant', value: kept >>> 0 };
  const left: MarkExpression = { kind: 'and', left: { kind: 'mark' }, right };
  return { kind: 'xor', left, right: { kind: 'constant', value: turned >>> 0 } };
}

/** The bits of the connection's mark are not known, and one that is not tracked has none. */
function restoreMark(options: readonly Option[], text: string): Step[] {
  const maskOf = (name: string) =>
    readMasked(options.find((option) => option.name === name)?.values[0])[0];
  const both = maskOf('--mask');
  const cleared = maskOf('--nfmask') ?? both ?? allBits;
  const copied = maskOf('--ctmask') ?? both ?? allBits;
  const left = combine(~cleared, 0);
  const mark = { kind: 'xor', left, right: { kind: 'unknown', bits: copied >>> 0 } } as const;
  return [doubt(text), { kind: 'set-mark', mark }];
}

/** `0x10/0xf0`, as the value and the mask; without one, of all bits. */
export function readMasked(text: string | undefined): [number | undefined, number] {
  const [value = '', mask] = (text ?? '').split('/');
  const numbers = [Number(value), mask === undefined ? allBits : Number(mask)] as const;
  return value === '' || numbers.some(Number.isNaN) ? [undefined, allBits] : [...numbers];
}

function doubt(text: string): Step {
  return { kind: 'test', test: { kind: 'unknown', text } };
}

import { createComparison } from '../rule-set.ts';
import type { PacketKey, Rule, Step, Test, Verdict } from '../rule-set.ts';

/** An option of `iptables` with what stands behind it. */
interface Option {
  module: string;
  name: string;
  negated: boolean;
  values: string[];
}

/**
 * What the words of a rule behind `-A CHAIN` do (iptables(8), iptables-extensions(8)).
 * @param text the whole rule, for what is not understood.
 */
export function readRuleWords(words: string[], text: string): Pick<Rule, 'steps' | 'comment'> {
  const options = listOptions(words);
  const find = (...names: string[]) => options.find(({ name }) => names.includes(name));
  const goal = find('-j', '--jump', '-g', '--goto');
  const afterGoal = goal ? options.slice(options.indexOf(goal) + 1) : [];
  const tests = goal ? options.slice(0, options.indexOf(goal)) : options;
  return {
    comment: find('--comment')?.values[0],
    steps: [
      ...tests.flatMap((option): Step[] => {
        const test = option.name === '-m' ? readModule(option, tests) : readTest(option);
        return test ? [{ kind: 'test', test }] : [];
      }),
      ...(goal ? readTarget(goal, afterGoal, text) : []),
    ],
  };
}

function listOptions(words: string[]): Option[] {
  const options: Option[] = [];
  let module = '';
  let negated = false;
  for (const [at, word] of words.entries()) {
    const isComment = words[at - 1] === '--comment';
    if (word === '!' && !isComment) {
      negated = true;
    } else if (/^--?[a-z]/.test(word) && !isComment) {
      if (word === '-m') module = words[at + 1] ?? '';
      options.push({ module, name: word, negated, values: [] });
      negated = false;
    } else {
      options.at(-1)?.values.push(word);
    }
  }
  return options;
}

/** Modules that look into another protocol than ours. */
const otherProtocols = new Set([
  ...['tcp', 'udp', 'udplite', 'sctp', 'dccp', 'icmp', 'icmp6', 'esp', 'multiport', 'tcpmss'],
]);

const keys: Readonly<Record<string, PacketKey>> = {
  '-p': 'protocol',
  '-s': 'source',
  '-d': 'destination',
  '-i': 'in-interface',
  '-o': 'out-interface',
  '--src-range': 'source',
  '--dst-range': 'destination',
  '--pkt-type': 'packet-type',
  '--dst-type': 'destination-type',
  '--ctstate': 'connection-state',
  '--state': 'connection-state',
  '--ctstatus': 'connection-status',
  '--mark': 'mark',
  '--ttl-eq': 'time-to-live',
  '--hl-eq': 'time-to-live',
};

/** A module tests by its options; one without any (`socket`) by itself. */
function readModule({ values }: Option, options: Option[]): Test | undefined {
  const [module = ''] = values;
  if (otherProtocols.has(module)) return { kind: 'never' };
  const hasOptions = options.some((option) => option.module === module && option.name !== '-m');
  return hasOptions ? undefined : { kind: 'unknown', text: `-m ${module}` };
}

/** @returns undefined for what every packet meets. */
function readTest({ module, name, negated, values }: Option): Test | undefined {
  const [value = ''] = values;
  const text = `${negated ? '! ' : ''}${[name, ...values].join(' ')}`;
  if (name === '--comment' || otherProtocols.has(module)) return undefined;
  // Only for fragments behind the first; an advertisement is never fragmented.
  if (name === '-f') return negated ? undefined : { kind: 'never' };
  const compare = (key: PacketKey, wanted: string[]) =>
    createComparison(key, wanted, text, negated);
  if (name === '--ttl-lt' || name === '--hl-lt') {
    return compare('time-to-live', [`0-${Number(value) - 1}`]);
  }
  if (name === '--ttl-gt' || name === '--hl-gt') {
    return compare('time-to-live', [`${Number(value) + 1}-255`]);
  }
  const key = keys[name];
  if (key === undefined || (name === '--mark' && module !== 'mark')) {
    return { kind: 'unknown', text: `-m ${module} ${text}` };
  }
  const wanted = readValues(key, value);
  return wanted ? compare(key, wanted) : undefined;
}

/** @returns undefined if all are meant. */
function readValues(key: PacketKey, value: string): string[] | undefined {
  switch (key) {
    case 'protocol':
      return value === 'all' || value === '0' ? undefined : [value];
    case 'in-interface':
    case 'out-interface':
      return [value.replace(/\+$/, '*')];
    case 'packet-type':
    case 'destination-type':
    case 'connection-state':
    case 'connection-status':
      return value.toLowerCase().split(',');
    case 'mark':
      // `0x8000/0x8000`: our mark is 0, whatever the mask.
      return [String(Number(value.split('/')[0]))];
    case 'family':
    case 'source':
    case 'destination':
    case 'time-to-live':
    case 'fragment':
      return [value];
  }
}

/** Targets after which the next rule follows. */
const passing = new Set([
  ...['LOG', 'NFLOG', 'ULOG', 'TRACE', 'AUDIT', 'CT', 'CONNMARK', 'TTL', 'HL', 'TOS', 'DSCP'],
  ...['TCPMSS', 'TCPOPTSTRIP', 'CLASSIFY', 'SECMARK', 'CONNSECMARK', 'CHECKSUM', 'IDLETIMER'],
  ...['LED', 'SET', 'RATEEST', 'TEE', 'ECN', 'HMARK'],
]);

const verdicts: Readonly<Record<string, Verdict>> = {
  ACCEPT: { kind: 'accept' },
  DROP: { kind: 'drop' },
  REJECT: { kind: 'drop' },
  RETURN: { kind: 'return' },
  // They change the source, to one that a peer need not know.
  MASQUERADE: { kind: 'accept' },
  SNAT: { kind: 'accept' },
};

const deciding = new Set(['NFQUEUE', 'QUEUE', 'DNAT', 'REDIRECT', 'TPROXY', 'NETMAP', 'STEAL']);

const clearsOnly = ({ name, values: [value = ''] }: Option): boolean =>
  name === '--and-mark' ||
  ((name === '--set-xmark' || name === '--set-mark') && Number(value.split('/')[0]) === 0);

function readTarget({ name, values }: Option, options: Option[], text: string): Step[] {
  const [target = ''] = values;
  const verdict = verdicts[target];
  if (verdict) return [{ kind: 'verdict', verdict }];
  const has = (...names: string[]) => options.some((option) => names.includes(option.name));
  if (target === 'NOTRACK' || (target === 'CT' && has('--notrack'))) return [{ kind: 'untrack' }];
  // Bits of a mark are cleared, as Calico does first: ours is 0 and stays so.
  if (target === 'MARK' && options.some(clearsOnly)) return [];
  if (target === 'MARK' || (target === 'CONNMARK' && has('--restore-mark'))) {
    return [{ kind: 'set-mark' }];
  }
  if (passing.has(target)) return [];
  if (deciding.has(target)) return [{ kind: 'verdict', verdict: { kind: 'unknown', text } }];
  const kind = name === '-g' || name === '--goto' ? 'goto' : 'jump';
  return [{ kind: 'verdict', verdict: { kind, chain: target } }];
}

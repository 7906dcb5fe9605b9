import { createComparison } from '../rule-set.ts';
import type { PacketKey, Rule, Step, Test } from '../rule-set.ts';
import { listOptions } from './iptables-options.ts';
import type { Option } from './iptables-options.ts';
import { readMasked, readTarget } from './iptables-target.ts';

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

/** Modules that look into another protocol than ours, or into headers that keepalived does not send. */
const otherProtocols = new Set([
  ...['tcp', 'udp', 'udplite', 'sctp', 'dccp', 'icmp', 'icmp6', 'esp', 'multiport', 'tcpmss'],
  ...['frag', 'rt', 'hbh', 'dst', 'mh'],
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
  '--ttl-eq': 'time-to-live',
  '--hl-eq': 'time-to-live',
};

/** A module tests by its options; one without any (`socket`) by itself. */
function readModule({ values }: Option, options: Option[]): Test | undefined {
  const [module = ''] = values;
  if (otherProtocols.has(module)) return { kind: 'never' };
  if (module === 'rpfilter') return readReversePath(options);
  const hasOptions = options.some((option) => option.module === module && option.name !== '-m');
  return hasOptions ? undefined : { kind: 'unknown', text: `-m ${module}` };
}

/** @returns undefined for what every packet meets. */
function readTest({ module, name, negated, values }: Option): Test | undefined {
  const [value = ''] = values;
  const text = `${negated ? '! ' : ''}${[name, ...values].join(' ')}`;
  if (name === '--comment' || otherProtocols.has(module)) return undefined;
  if (module === 'rpfilter' && reversePathOptions.has(name)) return undefined;
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
  if (module === 'mark' && name === '--mark') return readMarkTest(value, negated, text);
  const key = keys[name];
  if (key === undefined) return { kind: 'unknown', text: `-m ${module} ${text}` };
  const wanted = readValues(key, value);
  return wanted ? compare(key, wanted) : undefined;
}

const reversePathOptions = new Set(['--loose', '--validmark', '--accept-local', '--invert']);

/** `-m rpfilter --invert`: what has no way back to its sender by the same interface. */
function readReversePath(options: readonly Option[]): Test {
  const own = options.filter(({ module, name }) => module === 'rpfilter' && name !== '-m');
  const text = ['-m rpfilter', ...own.map(({ name }) => name)].join(' ');
  const negated = own.some(({ name }) => name === '--invert');
  return createComparison('reverse-path', ['known'], text, negated);
}

/** `--mark 0x8000/0x8000` */
function readMarkTest(value: string, negated: boolean, text: string): Test {
  const [wanted, mask] = readMasked(value);
  if (wanted === undefined) return { kind: 'unknown', text };
  const right = { kind: 'constant', value: mask } as const;
  const mark = { kind: 'and', left: { kind: 'mark' }, right } as const;
  return { kind: 'compare-mark', mark, ranges: [[wanted, wanted]], negated, text };
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
    case 'family':
    case 'destination-type-here':
    case 'reverse-path':
    case 'source':
    case 'destination':
    case 'time-to-live':
    case 'fragment':
      return [value];
  }
}

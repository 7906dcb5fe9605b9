/** Small random packet filters, of nft and of iptables: marks, jumps, sets, maps, tracking. */
import type { Rules } from './advertising-pair.ts';
import type { createRandom } from './random-pairs.ts';

type Random = ReturnType<typeof createRandom>;

const pick = <Item>(random: Random, items: readonly [Item, ...Item[]]): Item =>
  items[random(items.length)] ?? items[0];
const chance = (random: Random, percent: number): boolean => random(100) < percent;
const times = <Item>(count: number, make: (at: number) => Item): Item[] =>
  Array.from({ length: count }, (_, at) => make(at));

const bits = ['0x1', '0x2', '0x3', '0x10', '0x30'] as const;

function testInNft(random: Random): string {
  const bit = pick(random, bits);
  return pick(random, [
    'ip protocol vrrp',
    'meta l4proto 100-120',
    'meta l4proto { tcp, vrrp }',
    'ip6 nexthdr 112',
    'tcp dport 22',
    'tcp flags & (syn | ack) == syn',
    'ip daddr 224.0.0.0/4',
    'ip6 daddr != ff02::12',
    'ip saddr . ip protocol { 10.9.0.0/24 . vrrp, 10.1.0.1 . tcp }',
    'ip daddr . ip protocol != { 224.0.0.18 . vrrp }',
    'meta l4proto . meta mark { vrrp . 0x1, vrrp . 0x10 }',
    'ip6 daddr . ip6 nexthdr { ff02::12 . vrrp }',
    'ct state new',
    'ct state invalid,untracked',
    'ct state != { established, new }',
    'meta pkttype multicast',
    'meta nfproto ipv6',
    'exthdr frag exists',
    'exthdr frag missing',
    'ip frag-off & 0x1fff != 0',
    'ip ttl 255',
    'fib daddr type multicast',
    // The kernel has an answer, and we have none.
    'meta length > 20',
    'ip dscp cs1',
    'meta iifgroup 0',
    `meta mark & ${bit} == ${bit}`,
    `meta mark & ${bit} != 0`,
    `meta mark ${bit}`,
    `meta mark != ${bit}`,
    'meta mark 0x1-0x10',
  ]);
}

function actInNft(random: Random, jumps: readonly string[]): string {
  const bit = pick(random, bits);
  const act = pick(random, [
    ...(['accept', 'drop', 'return', 'counter', 'notrack', 'notrack accept'] as const),
    ...([`meta mark set ${bit}`, `meta mark set meta mark or ${bit}`] as const),
    ...([`meta mark set meta mark and ${bit}`, `meta mark set meta mark xor ${bit}`] as const),
    `meta mark set ip saddr map { 10.9.0.2 : ${bit} } accept`,
    'ip dscp set cs6 accept',
    `ip protocol vmap { vrrp : ${pick(random, ['accept', 'drop'])}, tcp : drop }`,
    'meta l4proto . meta pkttype vmap { vrrp . multicast : accept, tcp . host : drop }',
    `meta mark vmap { 0x0 : return, ${bit} : ${pick(random, ['drop', 'accept'])} }`,
    'ip daddr . ip protocol vmap { 224.0.0.251 . udp : accept, * : drop }',
    'tcp dport vmap { 22 : accept, 23 : drop }',
  ]);
  if (jumps.length === 0 || chance(random, 60)) return act;
  return `${pick(random, ['jump', 'jump', 'goto'])} ${jumps[random(jumps.length)] ?? ''}`;
}

/** nft refuses a rule for two families, or for two protocols. */
function isAccepted(rule: string): boolean {
  const asksFor = (...patterns: RegExp[]) => patterns.every((pattern) => pattern.test(rule));
  return (
    !asksFor(/\bip /, /\bip6\b|ipv6|exthdr/) &&
    !asksFor(/tcp (?:dport|flags)/, /protocol|l4proto|nexthdr/)
  );
}

function writeRule(random: Random, jumps: readonly string[]): string {
  for (;;) {
    const tests = times(random(3), () => testInNft(random));
    const rule = [...tests, actInNft(random, jumps)].join(' ');
    if (isAccepted(rule)) return rule;
  }
}

function writeNft(random: Random): string {
  const users = ['first', 'second', 'third'];
  const writeRules = (most: number, jumps: readonly string[]) =>
    times(1 + random(most), () => writeRule(random, jumps)).join('\n  ');
  const bases = [
    ['prerouting', pick(random, ['-300', '-150', '-100'])],
    ['input', pick(random, ['-150', '0'])],
    ['input', '0'],
    ['output', pick(random, ['-300', '-150', '0'])],
    ['postrouting', '0'],
  ] as const;
  const chains = [
    ...users.map((name) => ` chain ${name} { }`),
    ...bases.map(([hook, priority], at) => {
      const policy = chance(random, 8) ? 'drop' : 'accept';
      return ` chain base${at} {\n  type filter hook ${hook} priority ${priority}; policy ${policy}\n  ${writeRules(3, users)}\n }`;
    }),
    ...users.map((name, at) => ` chain ${name} {\n  ${writeRules(3, users.slice(at + 1))}\n }`),
  ];
  return `table inet tried {\n${chains.join('\n')}\n}\n`;
}

function testInIptables(random: Random): string {
  const bit = pick(random, bits);
  return pick(random, [
    ...(['-p vrrp', '! -p tcp', '-p tcp -m tcp --dport 22'] as const),
    `-m mark --mark ${bit}/${bit}`,
    `-m mark ! --mark ${bit}/0xff`,
    `-m mark --mark ${bit}`,
    '-m conntrack --ctstate NEW',
    '-m conntrack ! --ctstate NEW,ESTABLISHED',
    '-m conntrack --ctstate INVALID,UNTRACKED',
    '-m pkttype --pkt-type multicast',
    // The kernel has an answer, and we have none.
    '-m length --length 20:2000',
    '-m length --length 0:20',
  ]);
}

function writeIptables(random: Random): string {
  const writeTable = (name: string, chains: readonly string[]) => {
    const users = ['first', 'second'];
    const act = (jumps: readonly string[]) => {
      const bit = pick(random, bits);
      if (jumps.length > 0 && chance(random, 40)) {
        return `${pick(random, ['-j', '-j', '-g'])} ${jumps[random(jumps.length)] ?? ''}`;
      }
      if (name === 'raw' && chance(random, 50)) return '-j CT --notrack';
      if (name === 'mangle' && chance(random, 70)) {
        const word = pick(random, ['--set-xmark', '--set-mark', '--or-mark', '--xor-mark']);
        return pick(random, [
          `-j MARK ${word} ${bit}${word.startsWith('--set') ? '/0x3f' : ''}`,
          '-j CONNMARK --restore-mark --nfmask 0x1 --ctmask 0x1',
        ]);
      }
      return `-j ${pick(random, ['ACCEPT', 'DROP', 'RETURN', 'RETURN'])}`;
    };
    const write = (chain: string, jumps: readonly string[]) =>
      times(1 + random(3), () =>
        ['-A', chain, ...times(random(2), () => testInIptables(random)), act(jumps)].join(' '),
      );
    return [
      `*${name}`,
      ...chains.map((chain) => `:${chain} ${chance(random, 6) ? 'DROP' : 'ACCEPT'}`),
      ...users.map((user) => `:${user} -`),
      ...chains.flatMap((chain) => write(chain, users)),
      ...users.flatMap((user, at) => write(user, users.slice(at + 1))),
      'COMMIT\n',
    ].join('\n');
  };
  return [
    writeTable('raw', ['PREROUTING', 'OUTPUT']),
    writeTable('mangle', ['PREROUTING', 'INPUT', 'OUTPUT']),
    writeTable('filter', ['INPUT', 'OUTPUT']),
  ].join('');
}

/** Of every three one is of nft, one of each variant of iptables. */
export function createRandomRules(random: Random, at: number): Rules {
  if (at % 3 === 0) return { nft: writeNft(random) };
  const variant = at % 3 === 1 ? 'nft' : 'legacy';
  return { variant, iptables: writeIptables(random), ip6tables: writeIptables(random) };
}

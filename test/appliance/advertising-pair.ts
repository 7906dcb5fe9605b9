/**
 * Two real keepaliveds that advertise to each other over IPv4 and IPv6, and counters in the kernel
 * that tell whether their advertisements pass the packet filter of this one. For private namespaces.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import type { PacketDirection, VrrpPacket } from '../../server/keepalived/firewall/packet.ts';
import { askUntil, end, mountTmpfs } from './private-keepalived.ts';

export const run = (program: string, words: string[], input = ''): string =>
  execFileSync(program, words, { input, encoding: 'utf8' });

/** Advertisements of a hundredth of a second, so that the kernel's answer is there at once. */
const configurationOf = (address: string): string => `
global_defs {
  vrrp_version 3
}
vrrp_instance V4 {
  state MASTER
  interface eth0
  virtual_router_id ${address === '10.9.0.1' ? 51 : 52}
  advert_int 0.01
  virtual_ipaddress {
    10.9.0.10${address.at(-1) ?? ''}
  }
}
vrrp_instance V6 {
  state MASTER
  interface eth0
  virtual_router_id ${address === '10.9.0.1' ? 61 : 62}
  advert_int 0.01
  virtual_ipaddress {
    fe80::${address.at(-1) ?? ''}00
  }
}
`;

/** In front of every other chain, and behind all of them: what is counted there has passed. */
const observers = ['netdev observer', 'inet observer'] as const;
const count = (protocol: string, name: string) => `${protocol} 112 counter name ${name}`;
const countBoth = (name: string): string =>
  ` ${count('ip protocol', `${name}4`)}\n ${count('ip6 nexthdr', `${name}6`)}\n`;
const declare = (...names: string[]): string =>
  names.map((name) => ` counter ${name}4 { }\n counter ${name}6 { }\n`).join('');
const writeObserver = (device: string) => `
table netdev observer {
${declare('came_in', 'left_out')}
 chain ingress {
 type filter hook ingress device "${device}" priority -2000
${countBoth('came_in')} }
 chain egress {
 type filter hook egress device "${device}" priority 2000
${countBoth('left_out')} }
}
table inet observer {
${declare('left_in', 'came_out')}
 chain in {
 type filter hook input priority 2000
${countBoth('left_in')} }
 chain out {
 type filter hook output priority -2000
${countBoth('came_out')} }
}
`;

let observedDevice = 'eth0';

/** Rules as the tools read them. */
export interface Rules {
  nft?: string;
  /** Lines for `iptables-restore`, of table filter or with their own. */
  iptables?: string;
  ip6tables?: string;
  variant?: 'nft' | 'legacy';
}

const tables = ['raw', 'mangle', 'filter'];
const empty = tables.map((table) => `*${table}\nCOMMIT\n`).join('');

/** Activates these, and nothing else. */
export function loadRules({ nft = '', iptables, ip6tables, variant = 'nft' }: Rules): void {
  for (const program of ['iptables', 'ip6tables']) run(`${program}-legacy-restore`, [], empty);
  run('nft', ['-f', '-'], `flush ruleset\n${writeObserver(observedDevice)}${nft}`);
  for (const [program, lines] of Object.entries({ iptables, ip6tables })) {
    if (lines === undefined) continue;
    const text = lines.startsWith('*') ? lines : `*filter\n${lines}\nCOMMIT\n`;
    run(`${program}-${variant}-restore`, ['--noflush'], text);
  }
}

function readCounters(): Map<string, number> {
  const text = observers.map((table) =>
    run('nft', ['list', 'counters', 'table', ...table.split(' ')]),
  );
  const found = text.join('\n').matchAll(/counter (\w+) \{\s+packets (\d+)/g);
  return new Map([...found].map(([, name = '', packets]) => [name, Number(packets)]));
}

/** For each packet, whether it passes, as the kernel counts the next ones. */
export async function findPassing(packets: readonly VrrpPacket[]): Promise<boolean[]> {
  const nameOf = (way: string, { direction, family }: VrrpPacket) =>
    `${way}_${direction}${family === 'inet' ? '4' : '6'}`;
  const before = readCounters();
  const more = (counters: Map<string, number>, name: string) =>
    (counters.get(name) ?? 0) - (before.get(name) ?? 0);
  const seen = (counters: Map<string, number>) =>
    packets.every((packet) => more(counters, nameOf('came', packet)) >= 3);
  const counters = await askUntil(() => Promise.resolve(readCounters()), seen, 20_000);
  assert.ok(seen(counters), 'no advertisement is sent or comes');
  return packets.map((packet) => more(counters, nameOf('left', packet)) > 0);
}

export function createPacket(
  direction: PacketDirection,
  family: 'inet' | 'inet6' = 'inet',
): VrrpPacket {
  return {
    ...{
      direction,
      family,
      interfaceName: 'eth0',
      protocol: 112,
      multicast: true,
      timeToLive: 255,
    },
    source: family === 'inet6' ? 'fe80::/64' : direction === 'in' ? '10.9.0.0/24' : '10.9.0.1',
    destination: family === 'inet' ? '224.0.0.18' : 'ff02::12',
    ...(family === 'inet6' && direction === 'in' ? { isFromLink: true } : {}),
  };
}

/**
 * @param port another name than eth0: eth0 is a bridge, and this its port.
 * @returns what ends them.
 */
export async function startAdvertising(port = 'eth0'): Promise<() => Promise<void>> {
  observedDevice = port;
  const ends: (() => Promise<void>)[] = [];
  for (const folder of ['/run', '/tmp']) mountTmpfs(folder);
  const ip = (words: string) => run('ip', words.split(' '));
  const peer = spawn('unshare', ['--net', 'sleep', '600'], { stdio: 'ignore' });
  ends.push(() => end(peer));
  await once(peer, 'spawn');
  await askUntil(
    () => Promise.resolve(run('readlink', [`/proc/${peer.pid ?? 0}/ns/net`])),
    (link) => link !== run('readlink', ['/proc/self/ns/net']),
  );
  ip('link set lo up');
  ip(`link add ${port} type veth peer name eth0 netns ${peer.pid ?? 0}`);
  if (port !== 'eth0') {
    ip('link add eth0 type bridge');
    ip(`link set ${port} master eth0 up`);
  }
  ip('address add 10.9.0.1/24 dev eth0');
  ip('link set eth0 up');
  const there = (words: string[]) => ['-t', String(peer.pid), '-n', ...words];
  run('nsenter', there(['ip', 'address', 'add', '10.9.0.2/24', 'dev', 'eth0']));
  run('nsenter', there(['ip', 'link', 'set', 'eth0', 'up']));
  for (const address of ['10.9.0.1', '10.9.0.2']) {
    const folder = `/tmp/${address}`;
    mkdirSync(folder);
    writeFileSync(`${folder}/keepalived.conf`, configurationOf(address), { mode: 0o600 });
    const words = [
      ...['keepalived', '--dont-fork', '--vrrp', `--use-file=${folder}/keepalived.conf`],
      ...[`--pid=${folder}/pid`, `--vrrp_pid=${folder}/vrrp.pid`],
    ];
    const [program = '', ...rest] = address === '10.9.0.1' ? words : ['nsenter', ...there(words)];
    const daemon = spawn(program, rest, { stdio: 'ignore' });
    ends.unshift(() => end(daemon));
  }
  loadRules({});
  const all = (['in', 'out'] as const).flatMap((direction) => [
    createPacket(direction),
    createPacket(direction, 'inet6'),
  ]);
  assert.deepEqual(await findPassing(all), [true, true, true, true]);
  return async () => {
    for (const stop of ends) await stop();
  };
}

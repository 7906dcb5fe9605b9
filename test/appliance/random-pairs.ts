/** Random pairs of servers and a random change of the first: the matter of the foresight's test. */

type Random = (below: number) => number;

/** A small generator (mulberry32), so that a seed gives the same pairs everywhere. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

interface Tracker {
  kind: 'script' | 'interface' | 'file';
  name: string;
  weight: number;
  isReversed: boolean;
}

interface Settings {
  priority: number;
  nopreempt: boolean;
  trackers: Tracker[];
  /** What the fields below leave out is as it is usual in these pairs. */
  name?: string;
  virtualRouterId?: number;
  interfaceName?: string;
  version?: 2 | 3;
  advertSeconds?: number;
  password?: string;
  unicastPeers?: string[];
  state?: 'MASTER' | 'BACKUP';
  preemptDelaySeconds?: number;
  usesVmac?: boolean;
  addresses?: string[];
  comment?: string;
  /** The instance is not there. */
  isAbsent?: boolean;
}

interface Member {
  name: string;
  virtualRouterId: number;
  old: Settings;
  next: Settings;
  peer: Settings;
}

export interface Pair {
  members: Member[];
  /** What was changed, for whoever reads a failure. */
  kind?: string;
  /** Absent: no sync group. */
  group?: { name: string; usesMemberWeights: boolean; old: Tracker[]; next: Tracker[] };
}

const items = [
  { kind: 'script', name: 'good' },
  { kind: 'script', name: 'bad' },
  { kind: 'interface', name: 'up0' },
  { kind: 'interface', name: 'down0' },
  { kind: 'file', name: 'plus' },
  { kind: 'file', name: 'minus' },
] as const;

export function createPair(random: Random, index: number): Pair {
  if (random(2) === 0) return createOtherPair(random, index);
  const isGroup = random(3) === 0;
  const members = Array.from({ length: isGroup ? 2 : 1 }, (_, at): Member => {
    const old = createSettings(random);
    const virtualRouterId = 1 + index * 3 + at;
    const name = `V${virtualRouterId}x`;
    return { name, virtualRouterId, old, next: old, peer: createSettings(random) };
  });
  const trackers = isGroup && random(2) === 0 ? [createTracker(random)] : [];
  const pair: Pair = { members };
  if (isGroup) {
    const usesMemberWeights = random(2) === 0;
    pair.group = { name: `G${index}`, usesMemberWeights, old: trackers, next: trackers };
  }
  change(pair, random);
  return pair;
}

function createSettings(random: Random): Settings {
  const trackers = Array.from({ length: random(3) }, () => createTracker(random));
  const once = trackers.filter(
    (one, at) => trackers.findIndex(({ name }) => name === one.name) === at,
  );
  return { priority: 90 + random(24), nopreempt: random(8) === 0, trackers: once };
}

function createTracker(random: Random): Tracker {
  const item = items[random(items.length)] ?? items[0];
  const size = item.kind === 'file' ? 1 + random(4) : 3 + random(20);
  return { ...item, weight: random(2) === 0 ? size : -size, isReversed: random(6) === 0 };
}

/** One of the changes that people make, of the first member or of the group. */
function change(pair: Pair, random: Random): void {
  const [member] = pair.members;
  if (!member) return;
  const { old } = member;
  const [first, ...others] = old.trackers;
  const spare = createTracker(random);
  switch (random(9)) {
    case 0:
      return;
    case 1:
    case 2:
      member.next = { ...old, priority: 60 + random(90) };
      return;
    case 3:
      member.next = { ...old, nopreempt: !old.nopreempt };
      return;
    case 4:
      if (first)
        member.next = { ...old, trackers: [{ ...first, weight: -first.weight }, ...others] };
      return;
    case 5:
      member.next = { ...old, trackers: others };
      return;
    case 6:
      if (old.trackers.every(({ name }) => name !== spare.name)) {
        member.next = { ...old, trackers: [...old.trackers, spare] };
      }
      return;
    case 7:
      if (pair.group) pair.group.next = pair.group.old.length === 0 ? [spare] : [];
      return;
    default:
      for (const one of pair.members) one.next = { ...one.old, priority: 60 + random(90) };
  }
}

/** A pair without a group, and a change of something else than priorities and what is tracked. */
function createOtherPair(random: Random, index: number): Pair {
  const virtualRouterId = 1 + index * 3;
  const name = `V${virtualRouterId}x`;
  const [kind, shared, next] = chooseOther(random, virtualRouterId);
  const old: Settings = { ...createSettings(random), ...shared };
  // What the servers must have in common is the same on the peer.
  const peer: Settings = { ...createSettings(random), ...withoutOwn(shared) };
  if (peer.unicastPeers) peer.unicastPeers = ['10.9.0.1', '10.9.0.8'];
  if (shared.preemptDelaySeconds !== undefined) old.nopreempt = false;
  const after = { ...old, isAbsent: false, ...next(old) };
  return { kind, members: [{ name, virtualRouterId, old, next: after, peer }] };
}

/** Without what each server has of its own. */
function withoutOwn(shared: Partial<Settings>): Partial<Settings> {
  const own = ['state', 'preemptDelaySeconds', 'isAbsent', 'priority', 'nopreempt'];
  return Object.fromEntries(Object.entries(shared).filter(([key]) => !own.includes(key)));
}

type OtherChange = [string, Partial<Settings>, (old: Settings) => Partial<Settings>];

function chooseOther(random: Random, id: number): OtherChange {
  const number = () => 60 + random(90);
  const at = (last: number) => `10.10.${id}.${last}/32`;
  const withPassword = { version: 2, password: 'first', advertSeconds: 1 } as const;
  const others: OtherChange[] = [
    ['comments only', {}, () => ({ comment: '# only a comment' })],
    ['another virtual router ID', {}, () => ({ virtualRouterId: id + 1 })],
    ['another interface', {}, () => ({ interfaceName: 'eth1' })],
    ['version 2 to 3', { version: 2, advertSeconds: 1 }, () => ({ version: 3 })],
    ['another interval, version 2', { version: 2, advertSeconds: 1 }, () => ({ advertSeconds: 2 })],
    ['another interval, version 3', {}, () => ({ advertSeconds: 1 })],
    ['another password', withPassword, () => ({ password: 'second' })],
    ['no password', withPassword, (old) => ({ ...old, password: undefined as never })],
    [
      'a unicast peer less',
      { unicastPeers: ['10.9.0.2', '10.9.0.9'] },
      () => ({ unicastPeers: ['10.9.0.9'] }),
    ],
    [
      'an idle unicast peer less',
      { unicastPeers: ['10.9.0.2', '10.9.0.9'] },
      () => ({ unicastPeers: ['10.9.0.2'] }),
    ],
    ['another name', {}, () => ({ name: `V${id}renamed`, priority: number() })],
    ['removed', {}, () => ({ isAbsent: true })],
    ['added', { isAbsent: true }, () => ({})],
    ['added as MASTER', { isAbsent: true }, () => ({ state: 'MASTER' })],
    ['state MASTER', {}, () => ({ state: 'MASTER', priority: number() })],
    [
      'state MASTER with nopreempt',
      { nopreempt: true },
      () => ({ state: 'MASTER', priority: number() }),
    ],
    ['state BACKUP', { state: 'MASTER' }, () => ({ state: 'BACKUP', priority: number() })],
    ['a long delay', { preemptDelaySeconds: 600 }, () => ({ priority: number() })],
    ['a long delay stays', { preemptDelaySeconds: 600 }, () => ({ comment: '# only a comment' })],
    ['a delay less', { preemptDelaySeconds: 600 }, () => ({ preemptDelaySeconds: 0 })],
    ['use_vmac', {}, () => ({ usesVmac: true })],
    ['no use_vmac', { usesVmac: true }, () => ({ usesVmac: false })],
    ['an address more', {}, () => ({ addresses: [at(1), at(2)] })],
    ['an address less', { addresses: [at(1), at(2)] }, () => ({ addresses: [at(1)] })],
    ['another address', {}, () => ({ addresses: [at(3)] })],
    ['an owner', {}, () => ({ priority: 255 })],
    ['no owner', { priority: 255 }, () => ({ priority: number(), nopreempt: false })],
    ['to unicast', {}, () => ({ unicastPeers: ['10.9.0.2'] })],
  ];
  const chosen = others[random(others.length)];
  if (!chosen) throw new Error('There is always one.');
  return chosen;
}

const common = `global_defs {
  script_user root
  enable_script_security
  vrrp_garp_master_repeat 1
}
vrrp_script good {
  script /usr/bin/true
  interval 1
}
vrrp_script bad {
  script /usr/bin/false
  interval 1
}
track_file plus {
  file /tmp/plus
}
track_file minus {
  file /tmp/minus
}
`;

/** All instances of a server; each item is tracked by one of them from the start. */
export function writeServer(pairs: readonly Pair[], which: 'old' | 'next' | 'peer'): string {
  const blocks = pairs.flatMap(({ members, group }) => [
    ...(group ? [writeGroup(group, members, which)] : []),
    ...members.map((member) => writeInstance(member, member[which])),
  ]);
  const trackers = items.map((item) => ({ ...item, weight: 1, isReversed: false }));
  const settings = { priority: 1, nopreempt: false, trackers };
  const watcher = writeInstance({ name: 'watcher', virtualRouterId: 255 }, settings);
  return common + blocks.join('') + watcher;
}

function writeInstance(
  { name, virtualRouterId }: Pick<Member, 'name' | 'virtualRouterId'>,
  settings: Settings,
): string {
  if (settings.isAbsent) return '';
  const { password, unicastPeers, preemptDelaySeconds, comment, version = 3 } = settings;
  const { addresses = [`10.10.${virtualRouterId}.1/32`] } = settings;
  const lines = [
    `state ${settings.state ?? 'BACKUP'}`,
    `interface ${settings.interfaceName ?? 'eth0'}`,
    `version ${version}`,
    `virtual_router_id ${settings.virtualRouterId ?? virtualRouterId}`,
    `priority ${settings.priority}`,
    `advert_int ${settings.advertSeconds ?? 0.5}`,
    ...(settings.nopreempt ? ['nopreempt'] : []),
    ...(preemptDelaySeconds ? [`preempt_delay ${preemptDelaySeconds}`] : []),
    ...(settings.usesVmac ? [`use_vmac vm${virtualRouterId}`] : []),
    ...(password ? [`authentication {\n auth_type PASS\n auth_pass ${password}\n}`] : []),
    ...(unicastPeers ? [`unicast_peer {\n${unicastPeers.join('\n')}\n}`] : []),
    ...(comment ? [comment] : []),
    `virtual_ipaddress {\n${addresses.join('\n')}\n}`,
  ];
  const trackers = writeTrackers(settings.trackers);
  return `vrrp_instance ${settings.name ?? name} {\n${lines.join('\n')}\n${trackers}}\n`;
}

function writeGroup(
  { name, usesMemberWeights, old, next }: NonNullable<Pair['group']>,
  members: readonly Member[],
  which: 'old' | 'next' | 'peer',
): string {
  const trackers = which === 'peer' ? [] : which === 'old' ? old : next;
  return `vrrp_sync_group ${name} {
  group { ${members.map((member) => member.name).join(' ')} }
${usesMemberWeights ? '  sync_group_tracking_weight\n' : ''}${writeTrackers(trackers)}}
`;
}

function writeTrackers(trackers: readonly Tracker[]): string {
  return trackers
    .map(({ kind, name, weight, isReversed }) => {
      const line = `    ${name} weight ${weight}${isReversed ? ' reverse' : ''}\n`;
      return `  track_${kind} {\n${line}  }\n`;
    })
    .join('');
}

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { summarizeConfiguration } from '../../../../server/keepalived/config/questions.ts';
import type {
  Check,
  CheckId,
  CheckVerdict,
} from '../../../../server/keepalived/diagnosis/check.ts';
import { describeKey } from '../../../../server/keepalived/healthcheck/request.ts';
import { parseConfiguration } from '../../../../server/keepalived/language/tree.ts';
import type {
  DaemonProcess,
  HealthcheckOutcome,
  NetworkInterface,
  Observed,
  RuntimeInstance,
  TrackedItem,
  VrrpState,
} from '../../../../server/keepalived/proof/evidence.ts';
import { parseVirtualAddress } from '../../../../server/keepalived/runtime/dump/virtual-address.ts';
import {
  noLogEvidence,
  noteLogLine,
} from '../../../../server/keepalived/runtime/log/log-evidence.ts';
import { noteExamination } from '../../../../server/keepalived/status/alarms/debug-findings.ts';
import type { DebugFinding } from '../../../../server/keepalived/status/alarms/debug-findings.ts';
import { noEvidence } from '../../../../server/keepalived/status/no-evidence.ts';
import { addStartClaim, ignoreReloads } from '../../../../server/keepalived/status/state-start.ts';
import type { StateStart } from '../../../../server/keepalived/status/state-start.ts';
import { evidenceLifetimeMs, judgeStatus } from '../../../../server/keepalived/status/status.ts';
import type { Evidence } from '../../../../server/keepalived/status/status.ts';

const nowMs = 1_000_000;
const seen = <Value>(value: Value, ageMs = 500): Observed<Value> => ({
  value,
  atMs: nowMs - ageMs,
});

const configuration = `
vrrp_script chk_vshell {
  script "/usr/bin/curl --silent http://127.0.0.1:8080/healthcheck"
  interval 120
}
vrrp_instance VI_1 {
  state MASTER
  interface eth0
  virtual_router_id 51
  priority 101
  virtual_ipaddress {
    192.168.0.100/24
  }
  track_script {
    chk_vshell
  }
}
`;

const running: DaemonProcess = {
  state: 'running',
  pid: 100,
  startedAtMs: 0,
  version: '2.2.7',
  vrrpPid: 101,
  childPids: [101],
};
const stopped: DaemonProcess = { state: 'stopped', stalePidFile: undefined, leftChildPids: [] };

function instance(state: VrrpState, changes: Partial<RuntimeInstance> = {}): RuntimeInstance {
  return {
    name: 'VI_1',
    state,
    wantedState: state,
    interfaceName: 'eth0',
    virtualRouterId: 51,
    version: 2,
    basePriority: 101,
    effectivePriority: 101,
    advertIntervalSeconds: 1,
    nopreempt: false,
    lastTransitionAtMs: 123_000,
    authentication: 'password',
    addresses: [
      { cidr: '192.168.0.100/24', interfaceName: 'eth0', claimedSet: state === 'MASTER' },
    ],
    statistics: {},
    ...changes,
  };
}

interface Link {
  up?: boolean;
  carrier?: boolean;
}

/** A machine on which everything is well, changed in one place by each case. */
interface Scene {
  daemon?: DaemonProcess;
  says?:
    | VrrpState
    | RuntimeInstance
    | RuntimeInstance[]
    | 'nothing'
    | 'empty dump'
    | 'starting'
    | 'silent'
    | 'silent twice';
  holds?: string[];
  on?: string;
  /** More links of the kernel's. */
  more?: NetworkInterface[];
  link?: Link | 'gone';
  network?: 'unreadable';
  /** Its text, or that it is `unreadable`. */
  file?: string;
  edited?: boolean | 'unknown';
  boot?: boolean | 'unknown';
  healthcheck?: HealthcheckOutcome;
  tracks?: TrackedItem[];
  /** Lines that keepalived logged, and how long ago. */
  logged?: [message: string, agoMs: number][];
  findings?: Evidence['findings'];
  statesForMs?: number;
  accountAgoMs?: number;
  ages?: Partial<
    Record<'daemon' | 'runtime' | 'network' | 'configuration' | 'health' | 'tracking', number>
  >;
}

function witness(scene: Scene): Evidence {
  const says = scene.says ?? 'MASTER';
  const ages = scene.ages ?? {};
  const text = scene.file === undefined || scene.file === 'unreadable' ? configuration : scene.file;
  const summary = summarizeConfiguration(parseConfiguration(text));
  return {
    daemon: seen(scene.daemon ?? running, ages.daemon),
    runtime: witnessRuntime(says, ages.runtime),
    network: seen(
      scene.network
        ? { ok: false, reason: 'ip did not answer' }
        : { ok: true, interfaces: witnessInterfaces(scene) },
      ages.network,
    ),
    configuration: seen(
      scene.file === 'unreadable'
        ? { ok: false, reason: 'the file cannot be read' }
        : {
            ok: true,
            tag: 'abc',
            summary,
            editedSinceLoad: scene.edited === 'unknown' ? undefined : (scene.edited ?? false),
          },
      ages.configuration,
    ),
    startOnBoot: seen(
      scene.boot === 'unknown'
        ? { known: false, reason: 'no tool' }
        : { known: true, enabled: scene.boot ?? true, tool: 'systemctl' },
    ),
    healthchecks: new Map(
      summary.scripts.flatMap(({ probe }) =>
        probe?.kind === 'repeatable'
          ? [
              [
                describeKey(probe.request),
                seen(
                  {
                    url: probe.request.url,
                    outcome: scene.healthcheck ?? { kind: 'ok', httpStatus: 200 },
                    durationMs: 3.4,
                  },
                  ages.health,
                ),
              ],
            ]
          : [],
      ),
    ),
    tracking: scene.tracks && seen({ ok: true, items: scene.tracks }, ages.tracking),
    findings: scene.findings ?? [],
    log: (scene.logged ?? []).reduce(
      (log, [message, agoMs]) => noteLogLine(log, { message, atMs: 77_000 }, nowMs - agoMs),
      noLogEvidence,
    ),
    isSilent: says === 'silent twice',
    lastAccountAtMs: nowMs - (scene.accountAgoMs ?? 500),
    statesSinceMs: nowMs - (scene.statesForMs ?? 60_000),
  };
}

function witnessRuntime(says: NonNullable<Scene['says']>, ageMs: number | undefined) {
  if (says === 'nothing') return undefined;
  if (says === 'empty dump')
    return seen({ ok: false as const, reason: 'its dump was empty' }, ageMs);
  if (says === 'silent' || says === 'silent twice') {
    const reason = 'keepalived did not answer in time.';
    return seen({ ok: false as const, reason, silent: true as const }, ageMs);
  }
  if (says === 'starting') {
    const reason = 'keepalived is still starting.';
    return seen({ ok: false as const, reason, starting: true as const }, ageMs);
  }
  const instances =
    typeof says === 'string' ? [instance(says)] : Array.isArray(says) ? says : [says];
  return seen({ ok: true as const, source: 'json' as const, instances }, ageMs);
}

function witnessInterfaces({ link, on, holds, more = [] }: Scene): NetworkInterface[] {
  if (link === 'gone') return [];
  return [
    {
      name: on ?? 'eth0',
      macAddress: undefined,
      up: link?.up ?? true,
      carrier: link?.carrier ?? true,
      addresses: (holds ?? ['192.168.0.100']).map((address) => ({
        family: address.includes(':') ? ('inet6' as const) : ('inet' as const),
        address,
        prefixLength: address.includes(':') ? 64 : 24,
      })),
    },
    ...more,
  ];
}

const tooOld = evidenceLifetimeMs + 1;
const script = (good: boolean | undefined, weight = 0): TrackedItem => ({
  kind: 'script',
  name: 'chk_vshell',
  good,
  detail: '',
  instances: [{ name: 'VI_1', weight, forcesFault: weight === 0 }],
});
const tracked = (kind: TrackedItem['kind'], name: string, detail: string): TrackedItem => ({
  ...{ kind, name, detail, good: false },
  instances: [{ name: 'VI_1', weight: 0, forcesFault: true }],
});
const ownFile = (value: number): TrackedItem => ({
  ...tracked('file', 'wai_maintenance_VI_1', `value ${value}`),
  file: { path: '/var/lib/keepalived-wai/maintenance/VI_1', value, isOwn: true },
});
const lowered: TrackedItem = {
  ...ownFile(-253),
  instances: [{ name: 'VI_1', weight: 1, forcesFault: false }],
};
const fault: Scene = { says: 'FAULT', holds: [] };
const standby: Scene = { says: 'BACKUP', holds: [] };
const silent: Scene = { daemon: stopped, says: 'nothing' };
const twoAddresses = instance('MASTER', {
  addresses: ['192.168.0.100/24', '192.168.0.101/24'].map((cidr) => ({
    ...{ cidr, interfaceName: 'eth0', claimedSet: true },
  })),
});

/** Has the virtual IP, with another prefix length than keepalived gives it. */
const holder = (name: string, prefixLength: number): NetworkInterface => ({
  ...{ name, macAddress: undefined, up: true, carrier: true },
  addresses: [{ family: 'inet', address: '192.168.0.100', prefixLength }],
});
const vmac = (name: string, address: string): NetworkInterface => ({
  ...{ name, macAddress: '00:00:5e:00:01:33', up: true, carrier: true },
  virtual: { kind: 'macvlan', parentName: 'eth0' },
  addresses: [{ family: 'inet', address, prefixLength: 24 }],
});

const group = `${configuration}
vrrp_instance VI_2 {
  interface eth0
  virtual_router_id 52
}
vrrp_sync_group G1 {
  group {
    VI_1
    VI_2
  }
}
`;
const second = (state: VrrpState) =>
  instance(state, { name: 'VI_2', virtualRouterId: 52, addresses: [] });

/** What an operator sees: the state, whether it serves, and a part of why. */
const verdicts: [what: string, scene: Scene, state: string, serving: string, why?: RegExp][] = [
  // The two witnesses agree.
  ['MASTER with the address', {}, 'Active', 'Yes'],
  ['BACKUP without the address', standby, 'Standby', 'No'],
  ['stopped', { ...silent, holds: [] }, 'Stopped', 'No'],
  [
    'not installed',
    { daemon: { state: 'not-installed' }, says: 'nothing', holds: [] },
    'Stopped',
    'No',
  ],
  [
    'MASTER of two addresses, both here',
    { says: twoAddresses, holds: ['192.168.0.100', '192.168.0.101'] },
    'Active',
    'Yes',
  ],
  [
    'IPv6, written differently by the two witnesses',
    {
      says: instance('MASTER', {
        addresses: [{ cidr: 'fd00:0::1/64', interfaceName: 'eth0', claimedSet: true }],
      }),
      holds: ['fd00::1'],
    },
    'Active',
    'Yes',
  ],
  [
    'a virtual MAC interface holds it',
    {
      says: instance('MASTER', {
        ...{ interfaceName: 'eth0v10v4', virtualInterfaceName: 'eth0v10v4' },
        addresses: [parseVirtualAddress('192.168.0.100/24 dev eth0v10v4@eth0 scope global set')],
      }),
      on: 'eth0v10v4',
    },
    'Active',
    'Yes',
  ],
  [
    'a killed daemon left it on a virtual MAC interface with a name of its own',
    {
      ...{ ...silent, holds: [] },
      file: configuration.replace('interface eth0', 'interface eth0\n  use_vmac eth0v10v4'),
      more: [vmac('other', '192.168.0.100')],
    },
    'Alarm',
    'Yes',
    /not running, but 192\.168\.0\.100 is still on other\. .* dev other/,
  ],
  [
    'BACKUP, the administrator’s own on lo for LVS direct routing',
    { ...standby, more: [holder('lo', 32)] },
    'Standby',
    'No',
  ],
  [
    'stopped, the administrator’s own on lo',
    { ...silent, holds: [], more: [holder('lo', 32)] },
    'Stopped',
    'No',
  ],
  [
    'stopped, the address of its owner',
    { ...silent, file: configuration.replace('priority 101', 'priority 255') },
    'Stopped',
    'Yes',
    /with priority 255 it may be this server’s own address/,
  ],
  [
    'an instance without addresses',
    { says: instance('MASTER', { addresses: [] }) },
    'Active',
    'No',
  ],
  ['the file cannot be read, the daemon serves', { file: 'unreadable' }, 'Active', 'Yes'],
  [
    'the file was read too long ago, the daemon serves',
    { ages: { configuration: tooOld } },
    'Active',
    'Yes',
  ],
  [
    'the last transition lies in the future: the wall clock was set back',
    { says: instance('MASTER', { lastTransitionAtMs: 9e12 }) },
    'Active',
    'Yes',
  ],

  // They contradict each other.
  [
    'MASTER, but the kernel has no address',
    { holds: [] },
    'Alarm',
    'No',
    /says MASTER, but 192\.168\.0\.100 is not on eth0\.$/,
  ],
  [
    'MASTER without the address, and the kernel’s refusal is in the log',
    {
      holds: [],
      logged: [
        ['Netlink: error: Operation not permitted(1), type=RTM_NEWADDR(20), seq=5, pid=0', 900_000],
      ],
    },
    'Alarm',
    'No',
    /is not on eth0\. The kernel refused to set it: Operation not permitted\. Run .*NET_ADMIN/,
  ],
  ['MASTER, the address on another interface', { on: 'eth1' }, 'Alarm', 'No', /is not on eth0/],
  [
    'two addresses, one missing',
    { says: twoAddresses },
    'Alarm',
    'No',
    /192\.168\.0\.101 is not on eth0/,
  ],
  [
    'BACKUP, but the address is here',
    { says: 'BACKUP' },
    'Alarm',
    'Yes',
    /says BACKUP, but 192\.168\.0\.100 is still on eth0/,
  ],
  ['FAULT, but the address is here', { says: 'FAULT' }, 'Alarm', 'Yes', /says FAULT, but/],
  [
    'the daemon is gone, the address stayed',
    silent,
    'Alarm',
    'Yes',
    /not running, but 192\.168\.0\.100 is still on eth0.*Start keepalived, or remove/,
  ],
  [
    'the daemon died; its last dump said MASTER',
    { daemon: stopped, says: 'MASTER', holds: [] },
    'Stopped',
    'No',
  ],

  // FAULT, and why.
  ['FAULT for no known cause', fault, 'Fault', 'No', /interface is down, or a tracked script/],
  [
    'FAULT: the interface is down',
    { ...fault, link: { up: false, carrier: false } },
    'Fault',
    'No',
    /^its interface eth0 is down$/,
  ],
  [
    'FAULT: the cable is pulled',
    { ...fault, link: { carrier: false } },
    'Fault',
    'No',
    /^its interface eth0 has no carrier/,
  ],
  [
    'FAULT: the interface is gone',
    { ...fault, link: 'gone' },
    'Fault',
    'No',
    /^its interface eth0 does not exist$/,
  ],
  [
    'FAULT: a script failed, by the dump',
    { ...fault, tracks: [script(false)] },
    'Fault',
    'No',
    /^its tracked script chk_vshell failed$/,
  ],
  [
    'FAULT: a script failed, by the log',
    { ...fault, logged: [['VRRP_Script(chk_vshell) failed (exited with status 7)', 1_000]] },
    'Fault',
    'No',
    /^its tracked script chk_vshell failed \(exited with status 7\)$/,
  ],
  [
    'FAULT: a script timed out',
    { ...fault, tracks: [script(false)], logged: [['VRRP_Script(chk_vshell) timed_out', 1_000]] },
    'Fault',
    'No',
    /^its tracked script chk_vshell failed \(timed out\)$/,
  ],
  [
    'FAULT: a script that only costs priority is not the cause',
    { ...fault, tracks: [script(false, -20)] },
    'Fault',
    'No',
    /^its interface is down, or/,
  ],
  [
    'FAULT: maintenance by a tracked file',
    { ...fault, tracks: [ownFile(-254)] },
    'Fault',
    'No',
    /^in maintenance: the number in \/var\/lib\/keepalived-wai\/maintenance\/VI_1 is -254$/,
  ],
  [
    'FAULT: a tracked process is missing',
    { ...fault, tracks: [tracked('process', 'nginx', '0 of 1 processes')] },
    'Fault',
    'No',
    /^the tracked process nginx does not run often enough \(0 of 1 processes\)$/,
  ],
  [
    'FAULT: another tracked interface',
    { ...fault, tracks: [tracked('interface', 'eth1', 'down')] },
    'Fault',
    'No',
    /^the tracked interface eth1 is not up \(down\)$/,
  ],
  [
    'FAULT: two causes at once, the interface told once',
    {
      ...fault,
      link: { carrier: false },
      tracks: [tracked('interface', 'eth0', 'down'), script(false)],
    },
    'Fault',
    'No',
    /^its interface eth0 has no carrier: [^;]*; its tracked script chk_vshell failed$/,
  ],
  [
    'FAULT: a cause that only the log names',
    { ...fault, logged: [['(VI_1): entering FAULT state (src address not configured)', 1_000]] },
    'Fault',
    'No',
    /^keepalived names the cause: src address not configured$/,
  ],
  [
    'FAULT: a cause of an earlier FAULT does not count',
    {
      ...fault,
      logged: [
        ['(VI_1): entering FAULT state (src address not configured)', 9_000],
        ['(VI_1) Entering BACKUP STATE', 5_000],
      ],
    },
    'Fault',
    'No',
    /^its interface is down, or/,
  ],
  [
    'FAULT: because its sync group is',
    { says: [instance('FAULT'), second('FAULT')], holds: [], file: group },
    'Fault',
    'No',
    /^another instance of its sync group is in FAULT: VI_2$/,
  ],

  // Starting.
  ['it has not chosen yet', { says: 'INIT', holds: [] }, 'Starting', 'No', /not chosen/],
  [
    'it has only just been started',
    { says: 'starting', holds: [] },
    'Starting',
    'No',
    /just been started/,
  ],
  [
    'it has just been started, without its VRRP process yet',
    { daemon: { ...running, vrrpPid: undefined }, says: 'starting', holds: [] },
    'Starting',
    'No',
  ],

  // What is not known is Unknown.
  [
    'MASTER, but its VRRP process is gone',
    { daemon: { ...running, vrrpPid: undefined } },
    'Unknown',
    'Yes',
    /VRRP process/,
  ],
  ['no dump', { says: 'nothing' }, 'Unknown', 'Yes', /^keepalived has not answered recently$/],
  ['an empty dump', { says: 'empty dump' }, 'Unknown', 'Yes', /dump was empty/],
  [
    'an old dump',
    { ages: { runtime: tooOld } },
    'Unknown',
    'Yes',
    /^keepalived has not answered recently$/,
  ],
  ['a dump that is just young enough', { ages: { runtime: evidenceLifetimeMs } }, 'Active', 'Yes'],
  [
    'an old dump of a start that never ended',
    { says: 'starting', ages: { runtime: tooOld } },
    'Unknown',
    'Yes',
  ],
  [
    'the kernel was not asked lately',
    { ages: { network: tooOld } },
    'Unknown',
    'Unknown',
    /this server’s addresses/,
  ],
  ['the kernel cannot be asked', { network: 'unreadable' }, 'Unknown', 'Unknown', /did not answer/],
  [
    'the process was not looked at lately',
    { ages: { daemon: tooOld } },
    'Unknown',
    'Yes',
    /process was not checked recently/,
  ],
  [
    'keepalived could not be looked at',
    { daemon: { state: 'unknown', reason: 'permission denied' } },
    'Unknown',
    'Yes',
    /^can’t tell whether keepalived is running: permission denied\. 192\.168\.0\.100 is on eth0$/,
  ],
  [
    'keepalived did not answer once: it may be busy',
    { says: 'silent' },
    'Unknown',
    'Yes',
    /^keepalived did not answer in time$/,
  ],
  [
    'keepalived did not answer twice',
    { says: 'silent twice' },
    'Alarm',
    'Yes',
    /^keepalived does not answer \(.* gave no answer\)\. .* is still on eth0: another server may/,
  ],
  [
    'its VRRP process is stopped, whatever it said before',
    { daemon: { ...running, halted: [{ pid: 101, how: 'stopped' }] }, holds: [] },
    'Alarm',
    'No',
    /192\.168\.0\.100 is not on this server; it will not take over/,
  ],
  [
    'its VRRP process is blocked for a moment',
    { daemon: { ...running, halted: [{ pid: 101, how: 'blocked' }] } },
    'Active',
    'Yes',
  ],
  ['the daemon says STOP', { says: 'STOP', holds: [] }, 'Unknown', 'No', /STOP/],
  ['the daemon says DELETED', { says: 'DELETED', holds: [] }, 'Unknown', 'No', /DELETED/],
  [
    'the file has an instance that is not loaded',
    { says: instance('MASTER', { name: 'VI_9' }) },
    'Unknown',
    'Yes',
    /not loaded/,
  ],
];

describe('the verdict', () => {
  for (const [what, scene, state, serving, why] of verdicts) {
    test(`${what}: ${state}, serving ${serving}`, () => {
      const [first] = judgeStatus(witness(scene), nowMs).instances;
      assert.equal(first?.state, state);
      assert.equal(first.serving, serving);
      if (why) assert.match(first.reason ?? '', why);
      const alarms = first.alarms.filter(({ code }) => code !== 'maintenance');
      assert.equal(alarms.length > 0, state === 'Alarm');
      assert.equal(first.unknownForMs === undefined, state !== 'Unknown');
    });
  }

  const unknownFor: [what: string, scene: Scene, ms: number][] = [
    ['since the last account', { says: 'empty dump', accountAgoMs: 23_000 }, 23_000],
    ['since the kernel was asked last', { ages: { network: 20_000 } }, 20_000],
    ['since the process was seen last', { ages: { daemon: 18_000 } }, 18_000],
  ];
  for (const [what, scene, ms] of unknownFor) {
    test(`Unknown ${what}`, () => {
      assert.equal(judgeStatus(witness(scene), nowMs).instances[0]?.unknownForMs, ms);
    });
  }

  test('the number at a place where keepalived does not put it is a warning that names it', () => {
    const scene = { ...standby, more: [holder('eth1', 24), holder('lo', 32)] };
    const [first] = judgeStatus(witness(scene), nowMs).instances;
    assert.deepEqual([first?.state, first?.serving], ['Standby', 'No']);
    assert.deepEqual(
      first?.alarms.map(({ code }) => code),
      ['address-elsewhere'],
    );
    assert.match(
      first.alarms[0]?.sentence ?? '',
      /192\.168\.0\.100\/24 on eth1, .* “ip address del 192\.168\.0\.100\/24 dev eth1”/,
    );
  });

  test('nothing was asked yet: nothing is claimed', () => {
    const status = judgeStatus(noEvidence, nowMs);
    assert.equal(status.daemon.state, 'unknown');
    assert.deepEqual(status.instances, []);
    assert.equal(status.startOnBoot.known, false);
    assert.equal(status.evidenceAgeMs, undefined);
  });

  test('the age shown is that of the oldest witness', () => {
    const status = judgeStatus(witness({ ages: { runtime: 4_000, network: 10 } }), nowMs);
    assert.equal(status.evidenceAgeMs, 4_000);
  });

  test('configured and effective priority, VRID, interface and the last transition', () => {
    const [first] = judgeStatus(
      witness({ says: instance('MASTER', { effectivePriority: 51 }) }),
      nowMs,
    ).instances;
    assert.deepEqual(first?.priority, { configured: 101, effective: 51 });
    assert.equal(first.virtualRouterId, 51);
    assert.equal(first.interfaceName, 'eth0');
    assert.equal(first.lastTransitionAtMs, 123_000);
  });

  // keepalived sets its own time again at a reload.
  const begins: [what: string, begin: StateStart | undefined, expectedMs: number | undefined][] = [
    ['what was recorded of this state', { state: 'MASTER', claimsMs: [50_000] }, 50_000],
    ['the newest of it', { state: 'MASTER', claimsMs: [50_000, 120_000] }, 120_000],
    [
      'keepalived’s word, where another state was recorded',
      { state: 'BACKUP', claimsMs: [9] },
      123_000,
    ],
    ['keepalived’s word, where nothing was', undefined, 123_000],
  ];
  for (const [what, begin, expectedMs] of begins) {
    test(`the last transition is ${what}`, () => {
      const scene = witness({ says: 'MASTER' });
      const { instances } = judgeStatus(scene, nowMs, new Map(begin && [['VI_1', begin]]));
      assert.equal(instances[0]?.lastTransitionAtMs, expectedMs);
    });
  }

  test('a stopped keepalived has no last transition, whatever was recorded', () => {
    const scene = witness({ daemon: stopped });
    const begin: StateStart = { state: 'MASTER', claimsMs: [50_000] };
    const { instances } = judgeStatus(scene, nowMs, new Map([['VI_1', begin]]));
    assert.equal(instances[0]?.lastTransitionAtMs, undefined);
  });
});

describe('what runs and what the file says stand side by side', () => {
  const other = configuration
    .replace('interface eth0', 'interface eth7')
    .replace('virtual_router_id 51', 'virtual_router_id 77')
    .replace('priority 101', 'priority 33')
    .replace('192.168.0.100/24', '192.168.0.222/24');
  test('another file: the running values, and beside them those of the file', () => {
    const status = judgeStatus(witness({ file: other, edited: true }), nowMs);
    const [first] = status.instances;
    assert.ok(first);
    assert.deepEqual(
      [first.interfaceName, first.virtualRouterId, first.priority.configured],
      ['eth0', 51, 101],
    );
    assert.deepEqual(
      first.addresses.map(({ cidr }) => cidr),
      ['192.168.0.100/24'],
    );
    assert.deepEqual(first.fileDifference, {
      kind: 'differs',
      ...{ virtualRouterId: 77, priority: 33, interfaceName: 'eth7' },
      addresses: ['192.168.0.222/24'],
    });
    assert.match(status.alarms[0]?.sentence ?? '', /Click Reload keepalived to load them\.$/);
  });

  test('an emptied file: nothing of it is claimed, and no reload is advised', () => {
    const status = judgeStatus(witness({ file: 'global_defs {\n}\n', edited: true }), nowMs);
    const [first] = status.instances;
    assert.ok(first);
    assert.deepEqual(first.fileDifference, { kind: 'missing' });
    assert.equal(first.configurationState, undefined);
    const { sentence = '' } = status.alarms.find(({ code }) => code === 'edited-since-load') ?? {};
    assert.match(sentence, /The file no longer has VI_1: after a reload .* would not serve it/);
    assert.doesNotMatch(sentence, /Click Reload/);
  });

  test('a broken file: no reload is advised', () => {
    const status = judgeStatus(
      witness({ file: `${configuration}\nvrrp_instance VI_2 {`, edited: true }),
      nowMs,
    );
    const { sentence = '' } = status.alarms.find(({ code }) => code === 'edited-since-load') ?? {};
    assert.match(sentence, /Do not reload yet, line \d+ is wrong/);
  });

  test('the same file: nothing is said', () => {
    assert.equal(judgeStatus(witness({}), nowMs).instances[0]?.fileDifference, undefined);
  });
});

describe('since when a state lasts', () => {
  const begun = (claims: number[], reloads: number[]) => {
    const seconds = (times: number[]) => times.map((time) => time * 1000);
    const begin = seconds(claims).reduce<StateStart | undefined>(
      (known, atMs) => addStartClaim(known, { state: 'MASTER', atMs }),
      undefined,
    );
    assert.ok(begin);
    return (ignoreReloads(begin, seconds(reloads)).claimsMs.at(-1) ?? 0) / 1000;
  };
  const cases: [what: string, claims: number[], reloads: number[], since: number][] = [
    ['a reload changes nothing', [100, 200.8], [200], 100],
    ['nor do several', [100, 200.8, 300.1], [200, 201, 300], 100],
    ['a reload that wrote its last line late', [100, 200.9], [202], 100],
    ['a change that nobody saw counts', [100, 200], [], 200],
    ['and so does one before a reload', [100, 150, 200.5], [200], 150],
    ['and one after it', [100, 200.5, 250], [200], 250],
    ['nothing is known from before the reload', [200.5], [200], 200.5],
    ['nor from before several', [200.5, 300.5], [200, 300], 200.5],
    ['an older account adds nothing', [100, 60], [], 100],
  ];
  for (const [what, claims, reloads, since] of cases) {
    test(what, () => {
      assert.equal(begun(claims, reloads), since);
    });
  }

  test('another state begins again', () => {
    const master: StateStart = { state: 'MASTER', claimsMs: [100, 200] };
    const backup = addStartClaim(master, { state: 'BACKUP', atMs: 50 });
    assert.deepEqual(backup, { state: 'BACKUP', claimsMs: [50] });
  });
});

const finding = (id: DebugFinding['id'], changes: Partial<DebugFinding> = {}): DebugFinding => ({
  ...{ id, instance: 'VI_1', atMs: 200_000, tag: 'abc' },
  sentence: '192.168.0.20 answers for 192.168.0.100 while this server serves it.',
  ...changes,
});

test('a standby that waits preempt_delay says so, until it is over or the state changes', () => {
  const reasonOf = (logged: Scene['logged']) =>
    judgeStatus(witness({ ...standby, logged: logged ?? [] }), nowMs).instances[0]?.reason;
  assert.match(reasonOf([['(VI_1) start preempt delay (10)', 4_000]]) ?? '', /waits 10 s before/);
  assert.equal(reasonOf([['(VI_1) start preempt delay (10)', 11_000]]), undefined);
  assert.equal(
    reasonOf([
      ['(VI_1) start preempt delay (10)', 4_000],
      ['(VI_1) stop preempt delay', 2_000],
    ]),
    undefined,
  );
  assert.equal(reasonOf([]), undefined);
});

describe('what Debug has proved', () => {
  const check = (id: CheckId, verdict: CheckVerdict, instance = 'VI_1'): Check => ({
    ...{ id, verdict, title: '', sentence: `${id}.`, evidence: [], remedy: undefined },
    about: { instance },
  });
  const known = [finding('split-brain')];
  const whole = { atMs: 300_000, tag: 'abc', isWhole: true };
  const cases: [what: string, checks: Check[], isWhole: boolean, ids: string[]][] = [
    [
      'is what it found wrong',
      [check('password', 'wrong'), check('checksum', 'suspicious')],
      true,
      ['password'],
    ],
    ['is refuted by a later examination', [check('split-brain', 'good')], true, []],
    [
      'and by a whole one that does not find it again',
      [check('split-brain', 'cannot-tell')],
      true,
      [],
    ],
    [
      'but not by one that was cut short',
      [check('split-brain', 'cannot-tell')],
      false,
      ['split-brain'],
    ],
    ['one that was cut short may refute it, too', [check('split-brain', 'good')], false, []],
    ['is not what the status sees by itself', [check('tracked-script', 'wrong')], true, []],
  ];
  for (const [what, checks, isWhole, ids] of cases) {
    test(what, () => {
      const now = noteExamination(known, checks, { ...whole, isWhole });
      assert.deepEqual(
        now.map(({ id }) => id),
        ids,
      );
    });
  }
});

describe('alarms beside the state of an instance', () => {
  const election =
    '(VI_1) Received advert from 192.168.0.20 with lower priority 100, ours 101, forcing new election';
  const password = '(VI_1) received an invalid passwd from 192.168.0.20!';
  const alarms: [what: string, scene: Scene, state: string, codes: string[], words?: RegExp][] = [
    [
      'maintenance is on',
      { says: 'FAULT', holds: [], tracks: [ownFile(-254)] },
      'Fault',
      ['maintenance'],
      /^Maintenance is on: this server will not serve 192\.168\.0\.100 until you choose “End maintenance”\.$/,
    ],
    [
      'another file than one for maintenance',
      { says: 'FAULT', holds: [], tracks: [tracked('file', 'maintainer_load', 'value -254')] },
      'Fault',
      [],
    ],
    ['all is well', {}, 'Active', []],
    [
      'another master is heard',
      { logged: [[election, 2_000]] },
      'Active',
      ['another-master'],
      /^Another server is active with virtual router ID 51: 192\.168\.0\.20 with priority 100\. Two servers may serve 192\.168\.0\.100\.$/,
    ],
    [
      'vrrp_startup_delay runs: nobody may serve',
      { ...standby, logged: [['Delaying startup for 30 seconds', 5_000]] },
      'Standby',
      ['startup-delay'],
      /^keepalived waits 30 s after its start .*does not serve 192\.168\.0\.100, even if no other/,
    ],
    [
      'vrrp_startup_delay is over',
      { ...standby, logged: [['Delaying startup for 3 seconds', 5_000]] },
      'Standby',
      [],
    ],
    [
      'the priority stays lowered after a drill',
      { ...standby, tracks: [lowered] },
      'Standby',
      ['priority-lowered'],
      /stays lowered by 253: it serves .*“Back to normal” here/,
    ],
    [
      'Debug has proved that the address exists twice',
      { findings: [finding('duplicate-address')] },
      'Active',
      ['address-twice'],
      /^192\.168\.0\.20 answers for 192\.168\.0\.100/,
    ],
    [
      'Debug has proved a split brain and its cause',
      { findings: [finding('firewall-in'), finding('split-brain')] },
      'Active',
      ['address-twice', 'debug-finding'],
    ],
    [
      'what Debug proved before the state changed',
      { findings: [finding('split-brain', { atMs: 122_000 })] },
      'Active',
      [],
    ],
    [
      'what Debug proved of a file that is another one now',
      { findings: [finding('password', { tag: 'old' }), finding('split-brain', { tag: 'old' })] },
      'Active',
      ['address-twice'],
    ],
    [
      'what Debug proved of another instance',
      { findings: [finding('split-brain', { instance: 'VI_9' })] },
      'Active',
      [],
    ],
    [
      'a split brain ends with the daemon, who else has the address does not',
      { ...silent, holds: [], findings: [finding('split-brain'), finding('duplicate-address')] },
      'Stopped',
      ['address-twice'],
    ],
    [
      'another master was heard a while ago: healed',
      { logged: [[election, 20_000]] },
      'Active',
      [],
    ],
    [
      'another master with another password is heard',
      { logged: [[password, 1_000]] },
      'Active',
      ['another-master'],
      /192\.168\.0\.20, not understood here because it uses another password/,
    ],
    [
      'another master whom the old wording does not name',
      { logged: [['(VI_1) received an invalid passwd!', 1_000]] },
      'Active',
      ['another-master'],
      /a server that the log does not name, not understood/,
    ],
    [
      'another master, and this one lost its address',
      { holds: [], logged: [[election, 1_000]] },
      'Alarm',
      ['master-without-address', 'another-master'],
    ],
    [
      'the master with another password, heard as backup: that is the master',
      { ...standby, logged: [[password, 1_000]] },
      'Standby',
      [],
    ],
    [
      'what was heard before this server became master',
      {
        logged: [
          [password, 3_000],
          ['(VI_1) Entering MASTER STATE', 1_000],
        ],
      },
      'Active',
      [],
    ],
    [
      'the backup passes over the advertisements of a lower master: it is about to take over',
      {
        ...standby,
        logged: [['(VI_1) received lower priority (50) advert from 10.9.0.1 - discarding', 500]],
      },
      'Standby',
      [],
    ],
    [
      'another master of another instance',
      { logged: [[election.replace('VI_1', 'VI_2'), 1_000]] },
      'Active',
      [],
    ],
    [
      'serves on lo, which others reach while arp_ignore is 0 (measured)',
      {
        says: instance('MASTER', {
          addresses: [{ cidr: '192.168.0.100/24', interfaceName: 'lo', claimedSet: true }],
        }),
        on: 'lo',
      },
      'Active',
      [],
    ],
    [
      'the healthcheck fails here while Active',
      { healthcheck: { kind: 'http-error', httpStatus: 503 } },
      'Active',
      ['healthcheck-failing-while-active'],
      /serves 192\.168\.0\.100, but its healthcheck fails here: HTTP 503\. keepalived asks by chk_vshell every 120 s/,
    ],
    [
      'the healthcheck fails here while Standby: nobody is hurt',
      { ...standby, healthcheck: { kind: 'refused' } },
      'Standby',
      [],
    ],
    [
      'the healthcheck was not asked lately',
      { healthcheck: { kind: 'refused' }, ages: { health: 60_000 } },
      'Active',
      [],
    ],
  ];
  for (const [what, scene, state, codes, words] of alarms) {
    test(what, () => {
      const [first] = judgeStatus(witness(scene), nowMs).instances;
      assert.equal(first?.state, state);
      assert.deepEqual(
        first.alarms.map(({ code }) => code),
        codes,
      );
      if (words) assert.match(first.alarms.at(-1)?.sentence ?? '', words);
    });
  }
});

describe('alarms of the machine', () => {
  const stale = (pid: number, otherProgram?: string): DaemonProcess => ({
    state: 'stopped',
    stalePidFile: { path: '/run/keepalived.pid', pid, otherProgram },
    leftChildPids: [],
  });
  const split: Scene = { says: [instance('MASTER'), second('BACKUP')], file: group };
  const alarms: [what: string, scene: Scene, codes: string[], words?: RegExp][] = [
    ['all is well', {}, []],
    ['edited since the load', { edited: true }, ['edited-since-load'], /Click Reload keepalived/],
    [
      'the file cannot be read while keepalived runs',
      { file: 'unreadable' },
      ['configuration-unread'],
      /^The configuration file cannot be read: the file cannot be read\. .*make the file readable/,
    ],
    [
      'the file was not read recently',
      { ages: { configuration: tooOld } },
      ['configuration-unread'],
      /^The configuration file was not read recently\./,
    ],
    ['no file, and nothing runs', { ...silent, file: 'unreadable', holds: [] }, []],
    ['whether it was edited is not known', { edited: 'unknown' }, []],
    ['edited, but stopped: the next start loads it', { ...silent, edited: true, holds: [] }, []],
    ['runs, but not at boot', { boot: false }, ['not-started-on-boot'], /will not start at boot/],
    ['whether it starts at boot is not known', { boot: 'unknown' }, []],
    ['stopped and not at boot: as it was set', { ...silent, boot: false, holds: [] }, []],
    [
      'a stale pid file of another program',
      { daemon: stale(7, 'sshd'), holds: [] },
      ['stale-pid-file'],
      /names process 7, which is sshd: keepalived will refuse to start/,
    ],
    [
      'runs, but its pid file is gone',
      {
        daemon: {
          ...running,
          lostPidFile: { path: '/run/keepalived.pid', pid: undefined, ownPath: undefined },
        },
      },
      ['pid-file-lost'],
      /runs as process 100, but its pid file \/run\/keepalived\.pid does not exist\. .*echo 100 > \/run\/keepalived\.pid$/,
    ],
    [
      'runs, but its pid file names another process, and it has one of its own',
      {
        daemon: {
          ...running,
          lostPidFile: { path: '/run/keepalived.pid', pid: 7, ownPath: '/run/other.pid' },
        },
      },
      ['pid-file-lost'],
      /names process 7 instead\. .*set WAI_KEEPALIVED_PID=\/run\/other\.pid and restart this program\.$/,
    ],
    [
      'a stale pid file of nobody',
      { daemon: stale(7), holds: [] },
      ['stale-pid-file'],
      /process 7, which does not exist/,
    ],
    [
      'killed, and its VRRP process is not gone yet',
      { daemon: { ...stopped, leftChildPids: [62] }, holds: [] },
      ['left-children'],
      /its process 62 has not: it may still serve the addresses/,
    ],
    [
      'a pid file without a number',
      { daemon: stale(0), holds: [] },
      ['stale-pid-file'],
      /holds no process ID/,
    ],
    [
      'a sync group in two states',
      split,
      ['sync-group-split'],
      /^The instances of the sync group G1 should be in one state, but VI_1 is MASTER, VI_2 is BACKUP\./,
    ],
    ['a sync group on its way from one state to the other', { ...split, statesForMs: 500 }, []],
    ['a sync group in one state', { ...split, says: [instance('MASTER'), second('MASTER')] }, []],
    [
      'two instances without a group may differ',
      { says: [instance('MASTER'), second('BACKUP')] },
      [],
    ],
  ];
  for (const [what, scene, codes, words] of alarms) {
    test(what, () => {
      const status = judgeStatus(witness(scene), nowMs);
      assert.deepEqual(
        status.alarms.map(({ code }) => code),
        codes,
      );
      if (words) assert.match(status.alarms[0]?.sentence ?? '', words);
    });
  }
});

describe('what keepalived watches', () => {
  const failed: [string, number] = ['VRRP_Script(chk_vshell) failed (exited with status 7)', 1_000];
  const watched: [
    what: string,
    scene: Scene,
    good: boolean | undefined,
    detail: string,
    sinceMs: number | undefined,
  ][] = [
    [
      'the dump says it is good, nobody knows since when',
      { tracks: [script(true)] },
      true,
      '',
      undefined,
    ],
    [
      'the dump and the log agree',
      { tracks: [script(false)], logged: [failed] },
      false,
      'exited with status 7',
      77_000,
    ],
    [
      'the log tells of an older result',
      { tracks: [script(true)], logged: [failed] },
      true,
      '',
      undefined,
    ],
    ['no dump yet, the log knows', { logged: [failed] }, false, 'exited with status 7', 77_000],
    ['no dump, no log: only that it is watched', {}, undefined, '', undefined],
    ['it has no result yet', { tracks: [script(undefined)] }, undefined, '', undefined],
  ];
  for (const [what, scene, good, detail, sinceMs] of watched) {
    test(what, () => {
      const [first] = judgeStatus(witness(scene), nowMs).instances;
      const item = first?.watched.find(({ name }) => name === 'chk_vshell');
      assert.deepEqual([item?.good, item?.detail, item?.sinceMs], [good, detail, sinceMs]);
    });
  }
});

describe('Healthcheck Status', () => {
  const words: [HealthcheckOutcome, string, boolean | undefined][] = [
    [{ kind: 'ok', httpStatus: 200 }, 'Connection OK', true],
    [{ kind: 'http-error', httpStatus: 503 }, 'HTTP 503', false],
    [
      { kind: 'accepted', httpStatus: 503 },
      'HTTP 503, which the script takes for a success',
      undefined,
    ],
    [
      { kind: 'unfinished', afterMs: 10_000 },
      'No answer within 10 s; the script waits longer',
      undefined,
    ],
    [{ kind: 'refused' }, 'Connection refused', false],
    [{ kind: 'timed-out', afterMs: 5_000 }, 'Timed out after 5 s', false],
    [{ kind: 'failed', reason: 'No such host' }, 'No such host', false],
  ];
  for (const [outcome, expected, good] of words) {
    test(expected, () => {
      const [first] = judgeStatus(witness({ healthcheck: outcome }), nowMs).instances;
      assert.deepEqual(first?.healthcheck, {
        url: 'http://127.0.0.1:8080/healthcheck',
        words: expected,
        good,
        scriptName: 'chk_vshell',
        intervalSeconds: 120,
        durationMs: 3,
        isRepeatable: true,
      });
    });
  }

  test('a request that cannot be made from here is told, and is no alarm and no Good', () => {
    const file = configuration.replace('/usr/bin/curl', '/usr/bin/curl --cert /etc/x.pem');
    assert.notEqual(file, configuration);
    const [first] = judgeStatus(witness({ file }), nowMs).instances;
    assert.ok(first?.healthcheck);
    assert.equal(first.healthcheck.words, 'Unknown (cannot be repeated from here: it uses --cert)');
    assert.equal(first.healthcheck.good, undefined);
    assert.deepEqual(first.alarms, []);
  });

  test('a result that is too old is none', () => {
    const [first] = judgeStatus(witness({ ages: { health: 60_000 } }), nowMs).instances;
    assert.equal(first?.healthcheck?.good, undefined);
    assert.match(first?.healthcheck?.words ?? '', /^Unknown \(last seen 60 s ago/);
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { summarizeConfiguration } from '../../../server/keepalived/config/questions.ts';
import { parseConfiguration } from '../../../server/keepalived/config/tree.ts';
import type {
  DaemonProcess,
  HealthcheckOutcome,
  Observed,
  RuntimeInstance,
  VrrpState,
} from '../../../server/keepalived/evidence.ts';
import { evidenceLifetimeMs, judgeStatus } from '../../../server/keepalived/status.ts';
import type { Evidence } from '../../../server/keepalived/status.ts';

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
const stopped: DaemonProcess = { state: 'stopped', stalePidFile: undefined };

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

/** A machine on which everything is well, changed in one place by each case. */
interface Scene {
  daemon?: DaemonProcess;
  says?: VrrpState | RuntimeInstance | 'nothing' | 'empty dump';
  holds?: string[];
  on?: string;
  network?: 'unreadable';
  file?: 'unreadable';
  edited?: boolean;
  boot?: boolean;
  healthcheck?: HealthcheckOutcome;
  ages?: Partial<Record<'daemon' | 'runtime' | 'network' | 'configuration' | 'health', number>>;
}

function witness(scene: Scene): Evidence {
  const says = scene.says ?? 'MASTER';
  const instances = typeof says === 'string' ? [instance(says as VrrpState)] : [says];
  const ages = scene.ages ?? {};
  return {
    daemon: seen(scene.daemon ?? running, ages.daemon),
    runtime:
      says === 'nothing'
        ? undefined
        : seen(
            says === 'empty dump'
              ? { ok: false, reason: 'its dump was empty' }
              : { ok: true, source: 'json', instances },
            ages.runtime,
          ),
    network: seen(
      scene.network
        ? { ok: false, reason: 'ip did not answer' }
        : {
            ok: true,
            interfaces: [
              {
                name: scene.on ?? 'eth0',
                macAddress: undefined,
                up: true,
                carrier: true,
                hasDefaultRoute: true,
                addresses: (scene.holds ?? ['192.168.0.100']).map((address) => ({
                  family: address.includes(':') ? ('inet6' as const) : ('inet' as const),
                  address,
                  prefixLength: 24,
                })),
              },
            ],
          },
      ages.network,
    ),
    configuration: seen(
      scene.file === 'unreadable'
        ? { ok: false, reason: 'the file cannot be read' }
        : {
            ok: true,
            tag: 'abc',
            summary: summarizeConfiguration(parseConfiguration(configuration)),
            editedSinceLoad: scene.edited ?? false,
          },
      ages.configuration,
    ),
    startOnBoot: seen({ known: true, enabled: scene.boot ?? true, tool: 'systemctl' }),
    healthchecks: new Map([
      [
        'http://127.0.0.1:8080/healthcheck',
        seen(
          {
            url: 'http://127.0.0.1:8080/healthcheck',
            outcome: scene.healthcheck ?? { kind: 'ok', httpStatus: 200 },
            durationMs: 3,
          },
          ages.health,
        ),
      ],
    ]),
  };
}

const tooOld = evidenceLifetimeMs + 1;

/** What an operator sees: the state, whether it serves, and a part of why. */
const verdicts: [what: string, scene: Scene, state: string, serving: string, why?: RegExp][] = [
  ['MASTER with the address', {}, 'Active', 'Yes'],
  ['BACKUP without the address', { says: 'BACKUP', holds: [] }, 'Standby', 'No'],
  ['FAULT', { says: 'FAULT', holds: [] }, 'Fault', 'No', /interface is down/],
  ['just started', { says: 'INIT', holds: [] }, 'Starting', 'No', /not chosen/],
  ['stopped', { daemon: stopped, says: 'nothing', holds: [] }, 'Stopped', 'No'],
  [
    'not installed',
    { daemon: { state: 'not-installed' }, says: 'nothing', holds: [] },
    'Stopped',
    'No',
  ],
  [
    'MASTER, but the kernel has no address',
    { holds: [] },
    'Alarm',
    'No',
    /says MASTER, but 192\.168\.0\.100 is not on eth0/,
  ],
  ['MASTER, the address on another interface', { on: 'eth1' }, 'Alarm', 'No', /is not on eth0/],
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
    { daemon: stopped, says: 'nothing' },
    'Alarm',
    'Yes',
    /not running, but 192\.168\.0\.100 is still on eth0/,
  ],
  [
    'the daemon died; its last dump said MASTER',
    { daemon: stopped, says: 'MASTER', holds: [] },
    'Stopped',
    'No',
  ],
  [
    'MASTER, but its VRRP process is gone',
    { daemon: { ...running, vrrpPid: undefined } },
    'Unknown',
    'Yes',
    /VRRP process/,
  ],
  ['no dump', { says: 'nothing' }, 'Unknown', 'Yes', /no account/],
  ['an empty dump', { says: 'empty dump' }, 'Unknown', 'Yes', /dump was empty/],
  ['an old dump', { ages: { runtime: tooOld } }, 'Unknown', 'Yes', /no account/],
  ['a dump that is just young enough', { ages: { runtime: evidenceLifetimeMs } }, 'Active', 'Yes'],
  ['the kernel was not asked lately', { ages: { network: tooOld } }, 'Unknown', 'Unknown'],
  ['the kernel cannot be asked', { network: 'unreadable' }, 'Unknown', 'Unknown', /did not answer/],
  ['the process was not looked at lately', { ages: { daemon: tooOld } }, 'Unknown', 'Yes'],
  ['the daemon says STOP', { says: 'STOP', holds: [] }, 'Unknown', 'No', /STOP/],
  [
    'the file has an instance that is not loaded',
    { says: instance('MASTER', { name: 'VI_9' }) },
    'Unknown',
    'Yes',
    /not loaded/,
  ],
  ['the file cannot be read, the daemon serves', { file: 'unreadable' }, 'Active', 'Yes'],
  [
    'two addresses, one missing',
    {
      says: instance('MASTER', {
        addresses: [
          { cidr: '192.168.0.100/24', interfaceName: 'eth0', claimedSet: true },
          { cidr: '192.168.0.101/24', interfaceName: 'eth0', claimedSet: true },
        ],
      }),
    },
    'Alarm',
    'No',
    /192\.168\.0\.101 is not on eth0/,
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
        addresses: [{ cidr: '192.168.0.100/24', interfaceName: undefined, claimedSet: true }],
      }),
      on: 'vrrp.51',
    },
    'Active',
    'Yes',
  ],
  [
    'an instance without addresses',
    { says: instance('MASTER', { addresses: [] }) },
    'Active',
    'No',
  ],
];

describe('the verdict', () => {
  for (const [what, scene, state, serving, why] of verdicts) {
    test(`${what}: ${state}, serving ${serving}`, () => {
      const [first] = judgeStatus(witness(scene), nowMs).instances;
      assert.equal(first?.state, state);
      assert.equal(first.serving, serving);
      if (why) assert.match(first.reason ?? '', why);
      assert.equal(first.alarms.length > 0, state === 'Alarm');
    });
  }

  test('nothing was asked yet: nothing is claimed', () => {
    const status = judgeStatus(
      {
        daemon: undefined,
        runtime: undefined,
        network: undefined,
        configuration: undefined,
        startOnBoot: undefined,
        healthchecks: new Map(),
      },
      nowMs,
    );
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
});

describe('alarms of the machine', () => {
  const alarms: [what: string, scene: Scene, codes: string[]][] = [
    ['all is well', {}, []],
    ['edited since the load', { edited: true }, ['edited-since-load']],
    ['runs, but not at boot', { boot: false }, ['not-started-on-boot']],
    ['stopped and not at boot: as it was set', { daemon: stopped, boot: false, holds: [] }, []],
    [
      'a stale pid file of another program',
      {
        daemon: {
          state: 'stopped',
          stalePidFile: { path: '/run/keepalived.pid', pid: 7, otherProgram: 'sshd' },
        },
        holds: [],
      },
      ['stale-pid-file'],
    ],
  ];
  for (const [what, scene, codes] of alarms) {
    test(what, () => {
      assert.deepEqual(
        judgeStatus(witness(scene), nowMs).alarms.map(({ code }) => code),
        codes,
      );
    });
  }
});

describe('Healthcheck Status', () => {
  const words: [HealthcheckOutcome, string, boolean][] = [
    [{ kind: 'ok', httpStatus: 200 }, 'Connection OK', true],
    [{ kind: 'http-error', httpStatus: 503 }, 'HTTP 503', false],
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
      });
    });
  }
});

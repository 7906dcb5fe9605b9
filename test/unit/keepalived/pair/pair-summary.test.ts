import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { OtherServer } from '../../../../server/keepalived/pair/known-server.ts';
import { addPairAlarms } from '../../../../server/keepalived/pair/pair-alarms.ts';
import { summarizePair } from '../../../../server/keepalived/pair/pair-summary.ts';
import type { PairMemory } from '../../../../server/keepalived/pair/pair-verdict.ts';
import type {
  InstanceReport,
  ServerReport,
} from '../../../../server/keepalived/pair/server-report.ts';
import { noEvidence } from '../../../../server/keepalived/status/no-evidence.ts';
import { judgeStatus } from '../../../../server/keepalived/status/status.ts';
import type { KeepalivedStatus } from '../../../../server/keepalived/status/status.ts';
import { heard, known, notHeard, serverOf } from './reports.ts';

function summaryOf(own: ServerReport, ...others: OtherServer[]) {
  let memory: PairMemory = new Map();
  for (let nowMs = 0; nowMs < 30_000; nowMs += 2_000) {
    ({ memory } = summarizePair(known(own, ...others), memory, nowMs));
  }
  return summarizePair(known(own, ...others), memory, 30_000).summary;
}

const settings = (changes: Record<string, string> = {}): InstanceReport['settings'] =>
  Object.entries({
    ...{ virtualAddresses: '192.168.0.100/24', virtualRouterId: '51', priority: '101' },
    ...{ advertInterval: '1 s', authentication: 'PASS', unicastPeers: 'multicast' },
    password: 'is set, and never shown',
    ...changes,
  }).map(([field, value]) => ({ field, value }));

describe('the summary of a pair', () => {
  test('tells each server, with the direction of what is heard', () => {
    const { servers, routers } = summaryOf(serverOf(1, 'Active'), heard(serverOf(2, 'Standby')));
    assert.deepEqual(
      servers.map(({ name, isThis, isHeard }) => ({ name, isThis, isHeard })),
      [
        { name: 'server1', isThis: true, isHeard: true },
        { name: 'server2', isThis: false, isHeard: true },
      ],
    );
    const [router] = routers;
    assert.deepEqual(router?.wire, [
      { from: 'server1', to: 'server2', direction: { kind: 'heard' } },
      { from: 'server2', to: 'server1', direction: { kind: 'not-sent' } },
    ]);
    assert.deepEqual(
      router.servers.map(({ holds }) => holds),
      [['192.168.0.100'], []],
    );
    assert.equal(JSON.stringify(router).includes('digest'), false);
  });

  test('says nothing of the present of a server that is not heard', () => {
    const { routers } = summaryOf(serverOf(1, 'Standby'), notHeard(serverOf(2, 'Active')));
    const other = routers[0]?.servers[1];
    assert.deepEqual(other?.holds, []);
    assert.equal(other.state, undefined);
    assert.equal(other.readiness, 'unknown');
    assert.ok(routers[0]?.wire.every(({ direction }) => direction.kind === 'unknown'));
  });
});

describe('the settings side by side', () => {
  const compare = (own: Partial<InstanceReport>, other: Partial<InstanceReport>) =>
    summaryOf(
      serverOf(1, 'Active', {}, { settings: settings(), ...own }),
      heard(serverOf(2, 'Standby', {}, { settings: settings({ priority: '100' }), ...other })),
    ).routers[0]?.settings.flatMap(({ problem }) => problem ?? []);

  test('agree in a healthy pair', () => {
    assert.deepEqual(compare({}, {}), []);
    const [first, second] = [
      '192.168.0.100/24, 192.168.0.101/24',
      '192.168.0.101/24, 192.168.0.100/24',
    ];
    assert.deepEqual(
      compare(
        { settings: settings({ virtualAddresses: first }) },
        { settings: settings({ virtualAddresses: second, priority: '100' }) },
      ),
      [],
    );
  });

  test('are told with both values, and a password without', () => {
    assert.deepEqual(compare({}, { settings: settings({ advertInterval: '5 s' }) }), [
      'Priority must not be the same: server1 has 101 and server2 has 101.',
      'Advertisement interval must be the same on both servers: server1 has 1 s and server2 has 5 s.',
    ]);
    const other = { secretDigests: [{ name: 'auth_pass', digest: 'other' }] };
    assert.deepEqual(compare({}, other), ['The passwords of server1 and server2 differ.']);
    // Version 3 has none.
    assert.deepEqual(compare({ version: 3 }, { ...other, version: 3 }), []);
  });

  test('of a password whose key is not shared now nothing is said', () => {
    const own = serverOf(1, 'Active', {}, { settings: settings() });
    const other = serverOf(
      2,
      'Standby',
      {},
      { secretDigests: [{ name: 'auth_pass', digest: 'x' }] },
    );
    const told: OtherServer = { ...heard(other), ownReport: undefined };
    const servers = known(own, told).map((server) => ({ ...server, ownDigests: undefined }));
    const [router] = summarizePair(servers, new Map(), 0).summary.routers;
    assert.equal(router?.settings.find(({ field }) => field === 'password')?.problem, undefined);
  });
});

describe('the alarms of a pair', () => {
  const status: KeepalivedStatus = {
    ...judgeStatus(noEvidence, 0),
    instances: [
      {
        ...{ name: 'VI_1', addresses: [], healthcheck: undefined, configurationState: 'MASTER' },
        ...{ hasUnreadParts: false, state: 'Fault', reason: 'eth0', unknownForMs: undefined },
        ...{ alarms: [], serving: 'No', interfaceName: 'eth0', virtualRouterId: 51 },
        ...{ priority: { configured: 1, effective: 1 }, lastTransitionAtMs: 0, watched: [] },
        statistics: {},
      },
    ],
  };
  const codes = ({ alarms, instances }: KeepalivedStatus) => [
    alarms.map(({ code }) => code),
    ...instances.map((instance) => instance.alarms.map(({ code }) => code)),
  ];

  test('are critical, and stand at the instance of this server', () => {
    const nobody = summaryOf(serverOf(1, 'Fault'), heard(serverOf(2, 'Stopped')));
    const shown = addPairAlarms(status, nobody);
    assert.deepEqual(codes(shown), [[], ['nobody-serves']]);
    assert.equal(shown.instances[0]?.alarms[0]?.severity, 'critical');
    assert.match(shown.instances[0].alarms[0].sentence, /^Nobody serves 192\.168\.0\.100: /);
    const two = summaryOf(serverOf(1, 'Active'), heard(serverOf(2, 'Active')));
    assert.deepEqual(codes(addPairAlarms(status, two)), [[], ['two-serve']]);
  });

  test('of what only the other server has are the machine’s', () => {
    const none = { instances: [] };
    const nobody = summaryOf(serverOf(1, 'Stopped', none), heard(serverOf(2, 'Fault')));
    assert.deepEqual(codes(addPairAlarms(status, nobody)), [['nobody-serves'], []]);
  });

  test('take nothing away, and there is none without a pair or a proof', () => {
    const before = addPairAlarms(
      status,
      summaryOf(serverOf(1, 'Active'), heard(serverOf(2, 'Active'))),
    );
    const healthy = summaryOf(serverOf(1, 'Active'), heard(serverOf(2, 'Standby')));
    assert.deepEqual(addPairAlarms(before, healthy), before);
    const away = summaryOf(serverOf(1, 'Fault'), notHeard(serverOf(2, 'Stopped')));
    assert.deepEqual(addPairAlarms(before, away), before);
    assert.deepEqual(addPairAlarms(before, undefined), before);
  });
});

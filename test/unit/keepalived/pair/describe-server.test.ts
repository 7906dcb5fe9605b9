import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, test } from 'node:test';
import { readPasswords } from '../../../../server/keepalived/config/passwords.ts';
import { summarizeConfiguration } from '../../../../server/keepalived/config/questions.ts';
import { parseConfiguration } from '../../../../server/keepalived/language/tree.ts';
import { describeServer } from '../../../../server/keepalived/pair/describe-server.ts';
import { serverReportSchema } from '../../../../server/keepalived/pair/server-report.ts';
import type { Observed, RuntimeInstance } from '../../../../server/keepalived/proof/evidence.ts';
import { noEvidence } from '../../../../server/keepalived/status/no-evidence.ts';
import { judgeStatus } from '../../../../server/keepalived/status/status.ts';
import type { Evidence } from '../../../../server/keepalived/status/status.ts';

const nowMs = 1_000_000;
const wallMs = 1_796_000_000_000;
const seen = <Value>(value: Value): Observed<Value> => ({ value, atMs: nowMs - 500 });

const text = `
vrrp_script chk {
  script "/usr/bin/curl http://admin:seeded-secret@127.0.0.1:8080/healthcheck"
  interval 2
}
vrrp_instance VI_1 {
  state MASTER
  interface eth0
  virtual_router_id 51
  priority 101
  advert_int 1
  authentication {
    auth_type PASS
    auth_pass seeded-secret
  }
  virtual_ipaddress {
    192.168.0.100/24
  }
  track_script {
    chk
  }
}
`;
const running: RuntimeInstance = {
  ...{ name: 'VI_1', state: 'MASTER', wantedState: 'MASTER', interfaceName: 'eth0' },
  ...{ virtualRouterId: 51, version: 2, basePriority: 101, effectivePriority: 101 },
  ...{ advertIntervalSeconds: 1, nopreempt: false, lastTransitionAtMs: wallMs - 60_000 },
  authentication: 'password',
  addresses: [{ cidr: '192.168.0.100/24', interfaceName: 'eth0', claimedSet: true }],
  statistics: {},
};

function evidenceOf(file = text): Evidence {
  const summary = summarizeConfiguration(parseConfiguration(file));
  return {
    ...noEvidence,
    daemon: seen({
      ...{ state: 'running' as const, pid: 100, startedAtMs: 0, version: '2.2.7' },
      ...{ vrrpPid: 101, childPids: [101] },
    }),
    runtime: seen({ ok: true as const, source: 'json' as const, instances: [running] }),
    network: seen({
      ok: true as const,
      interfaces: [
        {
          ...{ name: 'eth0', macAddress: undefined, up: true, carrier: true },
          addresses: ['192.168.0.1', '192.168.0.100'].map((address) => ({
            ...{ family: 'inet' as const, address, prefixLength: 24 },
          })),
        },
      ],
    }),
    configuration: seen({ ok: true as const, tag: 'a', summary, editedSinceLoad: false }),
    startOnBoot: seen({ known: true as const, enabled: true, tool: 'systemctl' }),
  };
}

function reportOf(file = text, key = 'key of the pair') {
  const evidence = evidenceOf(file);
  return describeServer({
    ...{ evidence, nowMs, wallMs, hostName: 'server1', programVersion: '1.2.3' },
    status: judgeStatus(evidence, nowMs),
    secrets: {
      passwords: readPasswords(parseConfiguration(file)),
      digest: (value) => createHmac('sha256', key).update(value).digest('hex'),
    },
  });
}

describe('the report of a server', () => {
  test('crosses the link as it is, and says what its page says', () => {
    const report = reportOf();
    const told = serverReportSchema.parse(JSON.parse(JSON.stringify(report)));
    assert.deepEqual(JSON.parse(JSON.stringify(told)), JSON.parse(JSON.stringify(report)));
    const [instance] = told.instances;
    assert.ok(instance);
    assert.equal(told.hostName, 'server1');
    assert.equal(told.startsOnBoot, true);
    assert.equal(instance.state, 'Active');
    assert.equal(instance.serving, 'Yes');
    assert.equal(instance.family, 'inet');
    assert.equal(instance.advertIntervalMs, 1_000);
    assert.equal(instance.inStateForMs, 60_000);
    // Its own address, by which the other server knows its network; the virtual one is no sign of it.
    assert.deepEqual(instance.interfaceAddresses, ['192.168.0.1/24']);
    assert.deepEqual(instance.advertised, ['192.168.0.100']);
    assert.deepEqual(
      instance.settings.map(({ field }) => field),
      [
        ...['virtualAddresses', 'virtualRouterId', 'priority', 'advertInterval'],
        ...['authentication', 'password', 'unicastPeers'],
      ],
    );
  });

  test('holds no secret, only digests that tell equal from different', () => {
    const report = reportOf();
    assert.doesNotMatch(JSON.stringify(report), /seeded|c2VlZGVk|736565646564/);
    const digestOf = (file: string, key?: string) =>
      reportOf(file, key).instances[0]?.secretDigests;
    assert.equal(digestOf(text)?.length, 1);
    // Only the first 8 characters reach the network.
    assert.deepEqual(digestOf(text.replaceAll('seeded-secret', 'seeded-s')), digestOf(text));
    assert.deepEqual(
      digestOf(text.replace('vrrp_instance VI_1', 'vrrp_instance OTHER')),
      digestOf(text),
    );
    assert.notDeepEqual(digestOf(text.replaceAll('seeded-secret', 'seeded-x')), digestOf(text));
    assert.notDeepEqual(digestOf(text, 'key of another pair'), digestOf(text));
  });

  test('is cut to what the other side accepts', () => {
    const name = 'V'.repeat(4_000);
    const many = Array.from({ length: 600 }, (_, at) => `10.${at >> 8}.${at & 255}.1/24`).join(
      '\n',
    );
    const long = text.replace('VI_1', name).replace('192.168.0.100/24', many);
    assert.equal(serverReportSchema.safeParse(reportOf(long)).success, true);
  });

  test('of another release: what is new is dropped, and an unknown word proves nothing', () => {
    const report = reportOf();
    const [instance] = report.instances;
    const told = serverReportSchema.parse({
      ...report,
      invention: 1,
      instances: [{ ...instance, state: 'Superb', serving: 'Perhaps', invention: {} }],
    });
    assert.equal(told.instances[0]?.state, 'Unknown');
    assert.equal(told.instances[0].serving, 'Unknown');
    assert.equal('invention' in told, false);
  });

  test('of a server that was taken over cannot turn or hide what a page shows', () => {
    const report = reportOf();
    const told = serverReportSchema.parse({
      ...report,
      hostName: 'a\u202Eb\u0000c\u001B[2J\u200Bd',
    });
    assert.equal(told.hostName, 'a b c [2J d');
    const refused = [
      { hostName: 'x'.repeat(65) },
      { instances: Array.from({ length: 511 }, () => report.instances[0]) },
      { wallMs: Number.NaN },
      { evidenceAgeMs: -1 },
      { alarms: [{ code: '<b>', severity: 'critical', sentence: '' }] },
    ];
    for (const change of refused) {
      assert.equal(serverReportSchema.safeParse({ ...report, ...change }).success, false);
    }
  });
});

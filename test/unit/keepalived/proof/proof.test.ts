import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { summarizeConfiguration } from '../../../../server/keepalived/config/questions.ts';
import { parseConfiguration } from '../../../../server/keepalived/language/tree.ts';
import type { RuntimeInstance } from '../../../../server/keepalived/proof/evidence.ts';
import {
  describeSlowRead,
  judgeProof,
  judgeWhileReading,
  proofTimeoutMs,
} from '../../../../server/keepalived/proof/proof.ts';
import type { ProofEvidence } from '../../../../server/keepalived/proof/proof.ts';
import type { ReloadLog } from '../../../../server/keepalived/runtime/log/reload-log.ts';

const address = '10.9.0.100';

function summarize({ name = 'VI_1', more = '', before = '' } = {}) {
  const text = `${before}
vrrp_instance ${name} {
  interface eth0
  virtual_router_id 51
  priority 101
  virtual_ipaddress {
    ${address}/24
  }
  ${more}
}`;
  return summarizeConfiguration(parseConfiguration(text));
}

const script = (command: string) => `vrrp_script chk {\n script "${command}"\n}`;
const tracked = 'track_script {\n chk\n }';
const groupTracking = `\nvrrp_sync_group G {\n group { VI_1 }\n ${tracked}\n}\n`;

function instance(changes: Partial<RuntimeInstance> = {}): RuntimeInstance {
  return {
    ...{ name: 'VI_1', state: 'MASTER', wantedState: 'MASTER', interfaceName: 'eth0' },
    ...{ virtualRouterId: 51, version: 2, basePriority: 101, effectivePriority: 101 },
    ...{ advertIntervalSeconds: 1, nopreempt: false, lastTransitionAtMs: undefined },
    ...{ authentication: 'none', statistics: {} },
    addresses: [{ cidr: `${address}/24`, interfaceName: 'eth0', claimedSet: true }],
    ...changes,
  };
}

/** keepalived runs this instance, and these addresses are here. */
function sighting(
  changes: Partial<RuntimeInstance> = {},
  held: string[] = [address],
  daemon: Partial<ProofEvidence['daemon'] & { state: 'running' }> = {},
): ProofEvidence {
  const addresses = ['10.9.0.1', ...held].map((one) => ({
    ...{ family: 'inet' as const, address: one, prefixLength: 24 },
  }));
  const link = { macAddress: undefined, up: true, carrier: true };
  return {
    daemon: {
      ...{ state: 'running', pid: 100, startedAtMs: 0, version: '2.2.7' },
      ...{ vrrpPid: 101, childPids: [101] },
      ...daemon,
    },
    runtime: { ok: true, source: 'json', instances: [instance(changes)] },
    network: { ok: true, interfaces: [{ name: 'eth0', addresses, ...link }] },
  };
}

const stopped: ProofEvidence = {
  ...sighting(),
  daemon: { state: 'stopped', stalePidFile: undefined, leftChildPids: [] },
  runtime: undefined,
};

function log(changes: Partial<ReloadLog> = {}): ReloadLog {
  return {
    ...{ lineCount: 0, complete: true, isReading: false, configurationError: undefined },
    ...{ fatalLine: undefined, faultCause: undefined },
    scripts: new Map(),
    ...changes,
  };
}

interface Case {
  what: string;
  before?: ProofEvidence;
  after: ProofEvidence;
  expected?: ReturnType<typeof summarize>;
  previous?: ReturnType<typeof summarize>;
  log?: ReloadLog;
  /** `proved`, or the kind of the verdict and what it says. */
  verdict: 'proved' | ['pending' | 'unheard' | 'wrong' | 'failed', RegExp];
}

const faulty = sighting({ state: 'FAULT' }, []);
const cases: Case[] = [
  { what: 'all as before', after: sighting(), verdict: 'proved' },
  { what: 'a standby', after: sighting({ state: 'BACKUP' }, []), verdict: 'proved' },
  {
    ...{ what: 'a daemon that ended', after: stopped },
    log: log({ configurationError: 'Non-existent interface specified in configuration' }),
    verdict: ['failed', /^keepalived exited, and says: “Non-existent interface/],
  },
  {
    ...{ what: 'another daemon', after: sighting({}, [address], { pid: 102 }) },
    verdict: ['failed', /restarted/],
  },
  {
    ...{ what: 'another child', after: sighting({}, [address], { vrrpPid: 102 }) },
    verdict: ['failed', /VRRP process exited and was restarted/],
  },
  {
    ...{ what: 'no child', after: sighting({}, [address], { vrrpPid: undefined }) },
    verdict: ['pending', /VRRP process is not running/],
  },
  {
    ...{ what: 'a logged error', after: sighting() },
    log: log({ configurationError: "There are 1 missing '}'s" }),
    verdict: ['failed', /missing '}'s/],
  },
  {
    ...{ what: 'another priority than in the file', after: sighting({ basePriority: 100 }) },
    verdict: ['wrong', /priority 100, the file says 101/],
  },
  {
    ...{
      what: 'a priority that a conditional line may set',
      after: sighting({ basePriority: 90 }),
    },
    ...{ expected: summarize({ more: '@server1 priority 90' }), verdict: 'proved' },
  },
  {
    ...{ what: 'another virtual router ID', after: sighting({ virtualRouterId: 52 }) },
    verdict: ['wrong', /virtual router ID 52/],
  },
  {
    ...{ what: 'a lost address', after: sighting({ addresses: [] }, []) },
    verdict: ['wrong', /without the virtual address 10\.9\.0\.100/],
  },
  {
    ...{ what: 'an instance that was not loaded', after: sighting({ name: 'VI_2' }) },
    verdict: ['wrong', /did not load VI_1/],
  },
  {
    ...{ what: 'an instance that is left over', after: sighting({ name: 'VI_1' }) },
    ...{ expected: { ...summarize(), instances: [] }, verdict: 'proved' },
  },
  {
    ...{ what: 'an instance that is left over beside the new one' },
    after: {
      ...sighting(),
      runtime: { ok: true, source: 'json', instances: [instance(), instance({ name: 'VI_2' })] },
    },
    ...{ previous: summarize({ name: 'VI_2' }), verdict: ['wrong', /still runs VI_2/] },
  },
  {
    ...{ what: 'an instance of a sequence, which the file does not name' },
    after: {
      ...sighting(),
      runtime: { ok: true, source: 'json', instances: [instance(), instance({ name: 'VI_2' })] },
    },
    verdict: 'proved',
  },
  {
    ...{ what: 'a new FAULT', after: faulty },
    verdict: ['wrong', /VI_1 went into FAULT: its interface is down/],
  },
  {
    ...{ what: 'a new FAULT with a cause', after: faulty },
    log: log({ faultCause: 'bind unicast_src 10.9.0.77 failed 99 - Cannot assign' }),
    verdict: ['wrong', /FAULT; keepalived says: “bind unicast_src/],
  },
  { what: 'an old FAULT', before: faulty, after: faulty, verdict: 'proved' },
  {
    ...{ what: 'no state yet', after: sighting({ state: 'INIT' }, []) },
    verdict: ['pending', /has not chosen a state/],
  },
  {
    ...{ what: 'MASTER without the address', after: sighting({}, []) },
    verdict: ['pending', /says MASTER without 10\.9\.0\.100/],
  },
  {
    ...{ what: 'MASTER without the address, as before', before: sighting({}, []) },
    ...{ after: sighting({}, []), verdict: 'proved' },
  },
  {
    ...{ what: 'BACKUP with the address', after: sighting({ state: 'BACKUP' }) },
    verdict: ['pending', /says BACKUP, but 10\.9\.0\.100 is on eth0/],
  },
  {
    ...{ what: 'an address that is no longer in the file, and still here' },
    before: sighting(
      {
        addresses: ['10.9.0.100', '10.9.0.101'].map((one) => ({
          ...{ cidr: `${one}/24`, interfaceName: 'eth0', claimedSet: true },
        })),
      },
      ['10.9.0.100', '10.9.0.101'],
    ),
    after: sighting({}, ['10.9.0.100', '10.9.0.101']),
    verdict: ['pending', /no longer serves 10\.9\.0\.101\/24, but it is still on eth0/],
  },
  {
    ...{ what: 'a new script that was not heard of', after: sighting() },
    ...{ expected: summarize({ before: script('/a'), more: tracked }), previous: summarize() },
    ...{ log: log(), verdict: ['unheard', /chk has not ended yet/] },
  },
  {
    ...{ what: 'a new script that succeeded', after: sighting() },
    ...{ expected: summarize({ before: script('/a'), more: tracked }), previous: summarize() },
    ...{ log: log({ scripts: new Map([['chk', 'good']]) }), verdict: 'proved' },
  },
  {
    ...{ what: 'a new command that fails', after: sighting() },
    expected: summarize({ before: script('/b'), more: tracked }),
    previous: summarize({ before: script('/a'), more: tracked }),
    log: log({ scripts: new Map([['chk', 'bad']]) }),
    verdict: ['failed', /tracked script chk fails/],
  },
  {
    ...{
      what: 'a new command that fails, of a script that only lowers the priority where it is tracked',
    },
    after: sighting(),
    expected: summarize({ before: script('/b'), more: tracked.replace('chk', 'chk weight -20') }),
    previous: summarize({ before: script('/a'), more: tracked.replace('chk', 'chk weight -20') }),
    ...{ log: log({ scripts: new Map([['chk', 'bad']]) }), verdict: 'proved' },
  },
  {
    ...{ what: 'a new command that fails, tracked by the sync group', after: sighting() },
    expected: summarize({ before: script('/b') + groupTracking }),
    previous: summarize({ before: script('/a') + groupTracking }),
    log: log({ scripts: new Map([['chk', 'bad']]) }),
    verdict: ['failed', /tracked script chk fails/],
  },
  {
    ...{ what: 'an old command that fails', after: sighting() },
    expected: summarize({ before: script('/a'), more: tracked }),
    previous: summarize({ before: script('/a'), more: tracked }),
    ...{ log: log({ scripts: new Map([['chk', 'bad']]) }), verdict: 'proved' },
  },
];

describe('the proof', () => {
  for (const { what, before = sighting(), after, expected = summarize(), ...rest } of cases) {
    const { previous, verdict } = rest;
    it(`${what}: ${verdict === 'proved' ? verdict : verdict[0]}`, () => {
      const judged = judgeProof({ before, expected, previous }, after, rest.log);
      if (verdict === 'proved') {
        assert.deepEqual(judged, { kind: 'proved' });
      } else {
        assert.equal(judged.kind, verdict[0]);
        assert.match('reason' in judged ? judged.reason : '', verdict[1]);
      }
    });
  }

  it('may take three advertisements of the slowest instance and 5 s', () => {
    assert.equal(proofTimeoutMs(summarize()), 8000);
    assert.equal(proofTimeoutMs(summarize({ more: 'advert_int 4' })), 17_000);
  });
});

describe('while keepalived reads the file', () => {
  it('nothing is proved or refuted but that it has ended', () => {
    const failed = { kind: 'failed', about: 'load', reason: 'keepalived ended' } as const;
    assert.equal(judgeWhileReading(failed), failed);
    for (const verdict of [
      { kind: 'proved' },
      { kind: 'wrong', about: 'load', reason: 'VI_1 has priority 100' },
    ] as const) {
      const judged = judgeWhileReading(verdict);
      assert.equal(judged.kind, 'pending');
      assert.match('reason' in judged ? judged.reason : '', /no name server .* answers/);
    }
  });

  it('it is told afterwards only if it took long', () => {
    assert.equal(describeSlowRead(900), undefined);
    assert.match(describeSlowRead(20_100) ?? '', /^keepalived took 20 s to read the file, most/);
  });
});

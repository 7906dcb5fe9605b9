import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { summarizeConfiguration } from '../../../../server/keepalived/config/questions.ts';
import type { CheckId, CheckVerdict } from '../../../../server/keepalived/diagnosis/check.ts';
import { diagnose } from '../../../../server/keepalived/diagnosis/diagnose.ts';
import { parseConfiguration } from '../../../../server/keepalived/language/tree.ts';
import type {
  AddressProbe,
  HealthcheckExamination,
  KernelSettings,
  NetworkReport,
  ScriptRun,
} from '../../../../server/keepalived/proof/evidence.ts';
import { fromFirst, fromSecond, inOrder, inputOf, toMs } from './scenario.ts';
import type { Scenario } from './scenario.ts';

const url = 'http://127.0.0.1:8080/healthcheck';

/** An instance that tracks chk_vshell, every `interval` seconds. */
function withScript(interval = 2, weight = 0, options = '') {
  return summarizeConfiguration(
    parseConfiguration(`vrrp_script chk_vshell {
  script "/usr/bin/curl --fail ${options}${url}"
  interval ${interval}
  weight ${weight}
}
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  virtual_ipaddress {
    192.168.0.100/24
  }
  track_script {
    chk_vshell
  }
}
`),
  );
}

const answeredBy = (...macAddresses: string[]): AddressProbe[] => [
  { ok: true, interfaceName: 'eth0', address: '192.168.0.100', macAddresses },
];
const ran = (outcome: ScriptRun['outcome'], output = ''): ScriptRun[] => [
  { scriptName: 'chk_vshell', userName: 'nobody', outcome, output, durationMs: 12 },
];
const answered = (
  outcome: HealthcheckExamination['outcome'],
  answer?: Partial<NonNullable<HealthcheckExamination['answer']>>,
): (HealthcheckExamination & { scriptName: string })[] => [
  {
    ...{ scriptName: 'chk_vshell', url },
    outcome,
    durationMs: 4,
    answer: answer && {
      ...{ contentType: 'text/plain', location: undefined, beginning: '', isLarge: false },
      ...answer,
    },
  },
];
/** Measured, 2.2.7: keepalived makes the virtual interface on a standby, too. */
const withVmac: NetworkReport = {
  ok: true,
  interfaces: [
    {
      ...{ name: 'eth0', macAddress: '02:00:00:00:00:02', up: true, carrier: true },
      addresses: [{ family: 'inet', address: '192.168.0.12', prefixLength: 24 }],
    },
    {
      ...{ name: 'eth0v51v4', macAddress: '00:00:5e:00:01:33', up: true, carrier: true },
      ...{ virtual: { kind: 'macvlan', parentName: 'eth0' }, addresses: [] },
    },
  ],
};
const kernel = (changes: Partial<KernelSettings>): KernelSettings[] =>
  inOrder.kernelSettings.map((settings) => ({ ...settings, ...changes }));

const stranger = '02:00:00:00:00:99';
const version6 = `
  version 3
  virtual_router_id 51
  virtual_ipaddress {
    fe80::100/64
  }`;

interface Row {
  id: CheckId;
  verdict: CheckVerdict;
  says: RegExp;
  scenario: Scenario;
}

const rows: Record<string, Row> = {
  'the master alone answers, seen by the standby': {
    id: 'duplicate-address',
    verdict: 'good',
    says: /Only 192\.168\.0\.11 answers/,
    scenario: {
      at: 'second',
      state: 'BACKUP',
      heard: fromFirst(),
      changes: { addressProbes: answeredBy('02:00:00:00:00:01') },
    },
  },
  'the master answers from the virtual router’s MAC address': {
    id: 'duplicate-address',
    verdict: 'good',
    says: /Only 192\.168\.0\.11 answers/,
    scenario: {
      at: 'second',
      state: 'BACKUP',
      heard: fromFirst(),
      changes: { addressProbes: answeredBy('00:00:5e:00:01:33') },
    },
  },
  'the master answers from the MAC address that this standby’s own use_vmac interface has, too': {
    id: 'duplicate-address',
    verdict: 'good',
    says: /Only 192\.168\.0\.11 answers/,
    scenario: {
      at: 'second',
      state: 'BACKUP',
      heard: fromFirst(),
      changes: { addressProbes: answeredBy('00:00:5e:00:01:33'), network: withVmac },
    },
  },
  'another machine answers from the virtual router’s MAC address while this server serves': {
    id: 'duplicate-address',
    verdict: 'wrong',
    says: /MAC address 00:00:5e:00:01:33 answers .* it is not this server/,
    scenario: {
      state: 'MASTER',
      heard: fromFirst(),
      changes: { addressProbes: answeredBy('00:00:5e:00:01:33'), network: withVmac },
    },
  },
  'nobody answers while this server serves': {
    id: 'duplicate-address',
    verdict: 'cannot-tell',
    says: /^Nobody else answers for 192\.168\.0\.100, but no other server/,
    scenario: { state: 'MASTER', heard: fromFirst(), changes: { addressProbes: answeredBy() } },
  },
  'nobody answers while this server serves, and the peer is there': {
    id: 'duplicate-address',
    verdict: 'good',
    says: /^192\.168\.0\.12 is there and does not answer for 192\.168\.0\.100\.$/,
    scenario: {
      state: 'MASTER',
      heard: [...fromFirst(), ...fromSecond({}, { from: 8, to: 7.5 })],
      changes: { addressProbes: answeredBy() },
    },
  },
  'the virtual address is set on lo': {
    id: 'kernel-settings',
    verdict: 'suspicious',
    says: /^192\.168\.0\.100 is set on lo: others reach it only while arp_ignore is 0 on eth0 \(it is 0\)/,
    scenario: {
      state: 'MASTER',
      settings: 'virtual_router_id 51\n virtual_ipaddress {\n 192.168.0.100/32 dev lo\n }',
      heard: fromFirst(),
      changes: inOrder,
    },
  },
  'a stranger answers while this server serves': {
    id: 'duplicate-address',
    verdict: 'wrong',
    says: /02:00:00:00:00:99 answers for 192\.168\.0\.100 on eth0, and it is not this server/,
    scenario: {
      state: 'MASTER',
      heard: fromFirst(),
      changes: { addressProbes: answeredBy(stranger) },
    },
  },
  'a stranger answers beside the master': {
    id: 'duplicate-address',
    verdict: 'wrong',
    says: /not the master \(192\.168\.0\.11\)/,
    scenario: {
      at: 'second',
      state: 'BACKUP',
      heard: fromFirst(),
      changes: { addressProbes: answeredBy('02:00:00:00:00:01', stranger) },
    },
  },
  'the other server answers while both are master': {
    id: 'duplicate-address',
    verdict: 'wrong',
    says: /192\.168\.0\.12 \(02:00:00:00:00:02\) answers/,
    scenario: {
      state: 'MASTER',
      heard: [...fromFirst(), ...fromSecond()],
      changes: { addressProbes: answeredBy('02:00:00:00:00:02') },
    },
  },
  'the old master answered, and this server has taken over since': {
    id: 'duplicate-address',
    verdict: 'cannot-tell',
    says: /the master changed/,
    scenario: {
      at: 'second',
      state: 'MASTER',
      heard: fromFirst(),
      running: { lastTransitionAtMs: toMs - 1500 },
      changes: {
        addressProbes: answeredBy('02:00:00:00:00:01'),
        addressesAskedAtMs: toMs - 3000,
      },
    },
  },
  'somebody answers before keepalived is started': {
    id: 'duplicate-address',
    verdict: 'wrong',
    says: /nobody advertises it by VRRP/,
    scenario: { state: undefined, changes: { addressProbes: answeredBy(stranger) } },
  },
  'somebody answers, and nobody has listened': {
    id: 'duplicate-address',
    verdict: 'cannot-tell',
    says: /not known yet/,
    scenario: {
      state: undefined,
      changes: { addressProbes: answeredBy(stranger), heard: undefined },
    },
  },
  'the master does not answer': {
    id: 'duplicate-address',
    verdict: 'suspicious',
    says: /192\.168\.0\.11 says that it is master, but nobody answers/,
    scenario: {
      at: 'second',
      state: 'BACKUP',
      heard: fromFirst(),
      changes: { addressProbes: answeredBy() },
    },
  },
  'it could not be asked': {
    id: 'duplicate-address',
    verdict: 'cannot-tell',
    says: /arping is not installed/,
    scenario: {
      changes: {
        addressProbes: [
          {
            ok: false,
            interfaceName: 'eth0',
            address: '192.168.0.100',
            reason: 'arping is not installed',
          },
        ],
      },
    },
  },
  'an address of the interface’s network': {
    id: 'address-network',
    verdict: 'good',
    says: /192\.168\.0\.100 lies in the network of eth0 \(192\.168\.0\.11\/24\)/,
    scenario: {},
  },
  'an address of another network': {
    id: 'address-network',
    verdict: 'suspicious',
    says: /10\.0\.0\.1 lies outside/,
    scenario: {
      settings: 'virtual_router_id 51\n virtual_ipaddress {\n 192.168.0.100/24\n 10.0.0.1/24\n }',
    },
  },
  'an interface without an address of that family': {
    id: 'address-network',
    verdict: 'wrong',
    says: /eth0 has no IPv6 address of its own/,
    scenario: { settings: version6 },
  },
  'kernel settings that are in nobody’s way': {
    id: 'kernel-settings',
    verdict: 'good',
    says: /ip_nonlocal_bind/,
    scenario: { changes: inOrder },
  },
  'a kernel that never answers ARP': {
    id: 'kernel-settings',
    verdict: 'wrong',
    says: /arp_ignore is 8/,
    scenario: { changes: { kernelSettings: kernel({ arpIgnore: 8 }) } },
  },
  'IPv6 switched off': {
    id: 'kernel-settings',
    verdict: 'wrong',
    says: /IPv6 is switched off on eth0/,
    scenario: {
      settings: version6,
      changes: { kernelSettings: kernel({ disableIpv6: 1 }) },
    },
  },
  'a script that succeeds': {
    id: 'script-run',
    verdict: 'good',
    says: /succeeds when run as nobody/,
    scenario: {
      changes: {
        configuration: withScript(),
        scriptRuns: ran({ kind: 'exited', exitCode: 0 }),
      },
    },
  },
  'a script that fails': {
    id: 'script-run',
    verdict: 'wrong',
    says: /exit code 22\. While it fails, the instance is in FAULT/,
    scenario: {
      changes: {
        configuration: withScript(),
        scriptRuns: ran({ kind: 'exited', exitCode: 22 }),
      },
    },
  },
  'a script that fails and only costs priority': {
    id: 'script-run',
    verdict: 'wrong',
    says: /the priority changes by -30 to 70: this server hands over only to a server that has a higher/,
    scenario: {
      changes: {
        configuration: withScript(2, -30),
        scriptRuns: ran({ kind: 'exited', exitCode: 1 }),
      },
    },
  },
  'a tracked script with a weight failed': {
    id: 'tracked-script',
    verdict: 'wrong',
    says: /chk_vshell fails\. While it fails, the priority changes by -30 to 70: this server hands over only/,
    scenario: {
      changes: { configuration: withScript(2, -30) },
      log: ['VRRP_Script(chk_vshell) failed (exited with status 22)'],
    },
  },
  'keepalived disabled a tracked script': {
    id: 'tracked-script',
    verdict: 'wrong',
    says: /has disabled the tracked script chk_vshell and continues without it/,
    scenario: {
      changes: { configuration: withScript() },
      log: ['Disabling track script chk_vshell since not found/accessible'],
    },
  },
  'a tracked script that nobody can run, whatever the account says': {
    id: 'tracked-script',
    verdict: 'wrong',
    says: /does not run the tracked script chk_vshell: keepalived counts it as passed, .* Why: \/etc\/chk does not exist\./,
    scenario: {
      changes: {
        configuration: withScript(),
        scriptObstacles: new Map([['chk_vshell', '/etc/chk does not exist']]),
      },
      log: ['VRRP_Script(chk_vshell) succeeded'],
    },
  },
  'a script that its user may not run': {
    id: 'script-run',
    verdict: 'wrong',
    says: /cannot be run as nobody: permission denied\. keepalived does not count that as a failure/,
    scenario: {
      changes: {
        configuration: withScript(),
        scriptRuns: ran({ kind: 'not-run', reason: 'permission denied' }),
      },
    },
  },
  'a script that keepalived refuses': {
    id: 'script-run',
    verdict: 'wrong',
    says: /keepalived refuses to run chk_vshell as nobody and continues without it: \/x belongs to/,
    scenario: {
      changes: {
        configuration: withScript(),
        scriptRuns: ran({
          ...{ kind: 'insecure', isDisabled: true },
          reason: '/x belongs to user 65534, not to root',
        }),
      },
    },
  },
  'a script that keepalived runs though others may change it': {
    id: 'script-run',
    verdict: 'suspicious',
    says: /was not run here: it runs as nobody, and anybody may write to \/x/,
    scenario: {
      changes: {
        configuration: withScript(),
        scriptRuns: ran({
          ...{ kind: 'insecure', isDisabled: false },
          reason: 'anybody may write to /x',
        }),
      },
    },
  },
  'a script that hangs': {
    id: 'script-run',
    verdict: 'wrong',
    says: /did not end within 2 s/,
    scenario: {
      changes: {
        configuration: withScript(),
        scriptRuns: ran({ kind: 'timed-out', afterMs: 2000 }),
      },
    },
  },
  'a healthcheck that answers': {
    id: 'healthcheck',
    verdict: 'good',
    says: /HTTP 200 in 0 s|HTTP 200/,
    scenario: {
      changes: {
        configuration: withScript(),
        healthchecks: answered({ kind: 'ok', httpStatus: 200 }, { beginning: 'ok' }),
      },
    },
  },
  'a healthcheck that sends without an end': {
    id: 'healthcheck',
    verdict: 'suspicious',
    says: /more than 64 KiB/,
    scenario: {
      changes: {
        configuration: withScript(),
        healthchecks: answered({ kind: 'ok', httpStatus: 200 }, { isLarge: true }),
      },
    },
  },
  'a healthcheck that refuses': {
    id: 'healthcheck',
    verdict: 'wrong',
    says: /refuses the connection/,
    scenario: {
      changes: { configuration: withScript(), healthchecks: answered({ kind: 'refused' }) },
    },
  },
  'a healthcheck that redirects': {
    id: 'healthcheck',
    verdict: 'suspicious',
    says: /HTTP 302, a redirect to \/login\. Without --location curl does not follow it/,
    scenario: {
      changes: {
        configuration: withScript(),
        healthchecks: answered({ kind: 'accepted', httpStatus: 302 }, { location: '/login' }),
      },
    },
  },
  'a healthcheck with an error that the script takes for a success': {
    id: 'healthcheck',
    verdict: 'suspicious',
    says: /HTTP 503, an error\. Without --fail curl takes it for a success/,
    scenario: {
      changes: {
        configuration: withScript(),
        healthchecks: answered({ kind: 'accepted', httpStatus: 503 }, {}),
      },
    },
  },
  'a healthcheck whose request cannot be made from here': {
    id: 'healthcheck',
    verdict: 'cannot-tell',
    says: /The request of \w+ \(\S+\) cannot be repeated from here: it uses --cert\. None was made/,
    scenario: { changes: { configuration: withScript(2, 0, '--cert /etc/x.pem ') } },
  },
  'a healthcheck that fails here, though not for the script': {
    id: 'healthcheck',
    verdict: 'suspicious',
    says: /The script itself succeeds/,
    scenario: {
      changes: {
        configuration: withScript(),
        healthchecks: answered({ kind: 'failed', reason: 'certificate: self-signed' }),
        scriptRuns: ran({ kind: 'exited', exitCode: 0 }),
      },
    },
  },
  'an interval of 120 s': {
    id: 'healthcheck-interval',
    verdict: 'suspicious',
    says: /noticed after up to 2 min/,
    scenario: { changes: { configuration: withScript(120) } },
  },
  'an interval of 2 s': {
    id: 'healthcheck-interval',
    verdict: 'good',
    says: /noticed after up to 2 s/,
    scenario: { changes: { configuration: withScript(2) } },
  },
};

describe('what the machine was asked', () => {
  for (const [name, { id, verdict, says, scenario }] of Object.entries(rows)) {
    it(name, () => {
      const check = diagnose(inputOf(scenario)).find((candidate) => candidate.id === id);
      assert.equal(check?.verdict, verdict, check?.sentence);
      assert.match(check.sentence, says);
      assert.equal(check.remedy === undefined, verdict === 'good' || verdict === 'cannot-tell');
    });
  }
});

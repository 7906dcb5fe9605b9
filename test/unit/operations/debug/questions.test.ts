/** What an examination asks of the machine, read off the configuration. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Appliance, ScriptRunRequest } from '../../../../server/appliance/appliance.ts';
import { summarizeConfiguration } from '../../../../server/keepalived/config/questions.ts';
import type { FirewallReport } from '../../../../server/keepalived/firewall/firewall-report.ts';
import { parseConfiguration } from '../../../../server/keepalived/language/tree.ts';
import type { NetworkReport } from '../../../../server/keepalived/proof/evidence.ts';
import {
  askAddresses,
  askMachine,
  findInterfaces,
  findListeningPlaces,
  findLongestInterval,
  readOwnPasswords,
} from '../../../../server/operations/debug/questions.ts';
import { createSampleMachine } from '../sample-machine.ts';

const summaryOf = (text: string) => summarizeConfiguration(parseConfiguration(text));

const text = `global_defs {
  script_user checker
  enable_script_security
}
vrrp_script chk_web {
  script "/usr/bin/curl --fail http://127.0.0.1:8080/healthcheck"
  interval 120
  user root
}
vrrp_script chk_file {
  script "/usr/bin/test -f '/run/a b'"
  interval 4
  timeout 2
}
vrrp_script chk_unused {
  script "/bin/false"
}
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  advert_int 3
  authentication {
    auth_type PASS
    auth_pass first
  }
  unicast_peer {
    192.168.0.20
  }
  virtual_ipaddress {
    192.168.0.100/24
    192.168.5.100/24 dev eth1
  }
  virtual_ipaddress_excluded {
    fd00::100/64
  }
  track_script {
    chk_web
    chk_file
  }
}
vrrp_instance VI_2 {
  interface eth0
  virtual_router_id 52
  virtual_ipaddress {
    192.168.0.101/24
    192.168.0.100/24
  }
}
`;
const summary = summaryOf(text);

const networkOf = (...names: string[]): NetworkReport => ({
  ok: true,
  interfaces: names.map((name) => ({
    ...{ name, macAddress: undefined, up: true, carrier: true, addresses: [] },
  })),
});

const firewall: FirewallReport = {
  ...{ programs: ['nft'], chains: [], problems: [], firewalld: undefined },
};

describe('the machine is asked', () => {
  async function ask(of = summary, machine: Partial<Appliance> = {}) {
    const asked: { settings: unknown[]; urls: string[]; runs: ScriptRunRequest[] } = {
      ...{ settings: [], urls: [], runs: [] },
    };
    const appliance: Partial<Appliance> = {
      readFirewall: () => Promise.resolve(firewall),
      readKernelSettings(names) {
        asked.settings.push(names);
        return Promise.resolve([]);
      },
      hasProcessConnector: () => Promise.resolve(false),
      findScriptObstacle: (file) =>
        Promise.resolve(file === '/usr/bin/test' ? 'it is not there' : undefined),
      examineHealthcheck(request) {
        asked.urls.push(request.url);
        const outcome = { kind: 'ok', httpStatus: 200 } as const;
        return Promise.resolve({ url: request.url, outcome, durationMs: 1, answer: undefined });
      },
      runScript(request) {
        asked.runs.push(request);
        return Promise.resolve({
          ...{ scriptName: request.scriptName, userName: 'root', durationMs: 1 },
          outcome: { kind: 'exited', exitCode: 0 },
          output: 'auth_pass secret99',
        });
      },
      ...machine,
    };
    return { ...(await askMachine(appliance as Appliance, of)), asked };
  }

  it('for its firewall, the kernel’s settings and events, and what keeps a script from running', async () => {
    const { asked, ...answers } = await ask();
    assert.deepEqual(answers.firewall, firewall);
    assert.deepEqual(asked.settings, [['eth0']]);
    assert.equal(answers.hasProcessConnector, false);
    assert.deepEqual(answers.kernelSettings, []);
    assert.deepEqual([...(answers.scriptObstacles ?? [])], [['chk_file', 'it is not there']]);
  });

  it('for the URL of a tracked script, as the script asks it, and nothing of others', async () => {
    const { asked, healthchecks } = await ask();
    assert.deepEqual(asked.urls, ['http://127.0.0.1:8080/healthcheck']);
    assert.deepEqual(
      healthchecks?.map(({ scriptName, outcome }) => [scriptName, outcome.kind]),
      [['chk_web', 'ok']],
    );
  });

  it('to run each tracked script once as keepalived runs it, but for no longer than ten seconds', async () => {
    const { asked, scriptRuns } = await ask();
    assert.deepEqual(asked.runs, [
      {
        scriptName: 'chk_web',
        command: ['/usr/bin/curl', '--fail', 'http://127.0.0.1:8080/healthcheck'],
        ...{ userName: 'root', hasScriptSecurity: true, timeoutMs: 10_000 },
      },
      {
        scriptName: 'chk_file',
        command: ['/usr/bin/test', '-f', '/run/a b'],
        ...{ userName: 'checker', hasScriptSecurity: true, timeoutMs: 2_000 },
      },
    ]);
    assert.deepEqual(
      scriptRuns?.map(({ output }) => output.includes('secret99')),
      [false, false],
      'what a script prints may be a password',
    );
  });

  it('to run a script without a time limit of its own for its interval', async () => {
    const { asked } = await ask(
      summaryOf(
        'vrrp_script chk {\n script "/bin/true"\n interval 4\n}\nvrrp_instance VI_1 {\n track_script {\n chk\n }\n}\n',
      ),
    );
    const [run] = asked.runs;
    assert.deepEqual(
      [run?.timeoutMs, run?.userName, run?.hasScriptSecurity],
      [4_000, undefined, false],
    );
    assert.deepEqual(asked.settings, [[]]);
  });
});

describe('who answers for a virtual address', () => {
  async function ask(of = summary) {
    const asked: string[] = [];
    const appliance: Partial<Appliance> = {
      readNetwork: () => Promise.resolve(networkOf('eth0', 'eth1')),
      probeAddress(interfaceName, address) {
        asked.push(`${interfaceName} ${address}`);
        return Promise.resolve({ interfaceName, address, ok: true, macAddresses: [] });
      },
    };
    const { addressProbes } = await askAddresses(appliance as Appliance, of);
    return { asked, addressProbes };
  }

  it('is asked by ARP where keepalived puts it, each address once', async () => {
    const { asked, addressProbes } = await ask();
    const expected = ['eth0 192.168.0.100', 'eth0 192.168.0.101', 'eth1 192.168.5.100'];
    assert.deepEqual(asked.toSorted(), expected);
    assert.deepEqual(
      addressProbes?.map(({ interfaceName, address }) => `${interfaceName} ${address}`).toSorted(),
      expected,
    );
  });

  it('is asked of 64 addresses at most, and of none without an interface', async () => {
    const lines = Array.from({ length: 70 }, (_, index) => `192.168.0.${index + 100}/24`);
    const instance = (place: string) =>
      `vrrp_instance VI_1 {\n${place}\nvirtual_ipaddress {\n${lines.join('\n')}\n}\n}\n`;
    assert.equal((await ask(summaryOf(instance('interface eth0')))).asked.length, 64);
    assert.deepEqual((await ask(summaryOf(instance('')))).addressProbes, []);
  });
});

describe('where and how long is listened', () => {
  it('is by the longest interval of all instances, at least the usual second', () => {
    assert.equal(findLongestInterval(summary), 3);
    assert.equal(findLongestInterval(summaryOf('')), 1);
    assert.equal(findLongestInterval(summaryOf('vrrp_instance A {\n advert_int 0.1\n}\n')), 1);
  });

  it('is on each interface once, for the IPv4 addresses and the peers of all that use it', () => {
    assert.deepEqual(findInterfaces(summary), ['eth0']);
    assert.deepEqual(findInterfaces(summaryOf('vrrp_instance A {\n}\n')), []);
    assert.deepEqual(
      [...findListeningPlaces(summary, networkOf('eth0', 'eth1'))],
      [['eth0', ['192.168.0.100', '192.168.5.100', '192.168.0.20', '192.168.0.101']]],
    );
    assert.deepEqual([...findListeningPlaces(summaryOf('vrrp_instance A {\n}\n'), undefined)], []);
  });

  it('is on the virtual interface once it is there, with the password of the instance', async () => {
    const vmac = `vrrp_instance VI_1 {
      interface eth0
      use_vmac vrrp.9
      virtual_router_id 9
      authentication {
        auth_type PASS
        auth_pass secret01
      }
    }
    vrrp_instance VI_2 {
      virtual_router_id 8
      authentication {
        auth_type PASS
        auth_pass secret02
      }
    }
    `;
    const appliance = createSampleMachine(vmac, []);
    for (const [network, name] of [
      [networkOf('eth0', 'vrrp.9'), 'vrrp.9'],
      [networkOf('eth0'), 'eth0'],
    ] as const) {
      assert.deepEqual([...findListeningPlaces(summaryOf(vmac), network).keys()], [name]);
      const passwords = await readOwnPasswords(appliance, summaryOf(vmac), network);
      assert.deepEqual(
        passwords.map((one) => [one.instanceName, one.interfaceName, one.password]).toSorted(),
        [
          ['VI_1', name, 'secret01'],
          ['VI_2', undefined, 'secret02'],
        ],
      );
    }
  });
});

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test from 'node:test';
import { createAppliance } from '../../server/appliance/create-appliance.ts';
import { findInstanceInterfaces } from '../../server/keepalived/addresses/instance-interfaces.ts';
import { summarizeConfiguration } from '../../server/keepalived/config/questions.ts';
import { parseConfiguration } from '../../server/keepalived/language/tree.ts';
import { findAddressStatuses } from '../../server/keepalived/status/address-status.ts';
import { parseProgramOptions } from '../../server/program-options.ts';
import {
  askUntil,
  preparePrivateMachine,
  startKeepalived,
  writeConfiguration,
} from './private-keepalived.ts';
import { inPrivateNamespaces } from './private-namespaces.ts';

const instance = (
  name: string,
  id: number,
  lines: string,
  address: string,
  interfaceName = 'eth0',
) => `
vrrp_instance ${name} {
  state MASTER
  interface ${interfaceName}
  virtual_router_id ${id}
  ${lines}
  virtual_ipaddress {
    ${address}
  }
}
`;
const text =
  instance('NAMED', 10, 'use_vmac eth0v10v4', '10.9.0.100/24') +
  instance('MADE', 11, 'use_vmac\n  vmac_xmit_base', '10.9.0.101/24') +
  instance('SIX', 11, 'use_vmac', 'fe80::9/64') +
  instance('PLAIN', 12, '', '10.9.0.102/24') +
  instance('BRIDGED', 13, 'use_vmac', '10.8.0.103/24', 'br0') +
  instance('BRIDGED_NAMED', 14, 'use_vmac br0v14\n  vmac_xmit_base', '10.8.0.104/24', 'br0') +
  instance(
    'MIXED',
    15,
    'use_vmac\n  virtual_ipaddress_excluded {\n    fd00:9::5/64\n    10.9.0.106/24\n  }',
    '10.9.0.105/24',
  ) +
  instance('ELSEWHERE', 16, 'use_vmac', '10.8.0.107/24 dev br0') +
  instance('ELSEWHERE_TOO', 17, 'use_vmac\n  use_vmac_addr', '10.8.0.108/24 dev br0') +
  instance('FOREIGN', 18, 'use_vmac', '10.9.0.109/24') +
  instance('ONE_ADDRESS', 19, '', '10.9.0.110/24 use_vmac');

const expected = [
  ['NAMED', 'eth0v10v4', '10.9.0.100/24 dev eth0v10v4 true'],
  ['MADE', 'eth0', '10.9.0.101/24 dev vrrp.11 true'],
  ['SIX', 'vrrp6.11', 'fe80::9/64 dev vrrp6.11 true'],
  ['PLAIN', 'eth0', '10.9.0.102/24 dev eth0 true'],
  ['BRIDGED', 'vrrp.13', '10.8.0.103/24 dev vrrp.13 true'],
  ['BRIDGED_NAMED', 'br0', '10.8.0.104/24 dev br0v14 true'],
  [
    ...['MIXED', 'vrrp.15', '10.9.0.105/24 dev vrrp.15 true'],
    ...['fd00:9::5/64 dev eth0 true', '10.9.0.106/24 dev vrrp.15 true'],
  ],
  ['ELSEWHERE', 'vrrp.16', '10.8.0.107/24 dev br0 true'],
  ['ELSEWHERE_TOO', 'vrrp.17', '10.8.0.108/24 dev vrrp1.17 true'],
  ['FOREIGN', 'foreign0', '10.9.0.109/24 dev foreign0 true'],
  ['ONE_ADDRESS', 'eth0', '10.9.0.110/24 dev vrrp.19 true'],
];

if (inPrivateNamespaces(import.meta.url)) {
  test('the interfaces of instances are those of a real keepalived, alive and killed', async () => {
    preparePrivateMachine();
    const ip = (words: string) => execFileSync('ip', words.split(' '));
    ip('link add br0 type bridge');
    ip('link set peer0 master br0');
    ip('address add 10.8.0.1/24 dev br0');
    ip('link set br0 up');
    // Somebody else's, with the MAC address that keepalived looks for.
    ip('link add link eth0 name foreign0 address 00:00:5e:00:01:12 type macvlan mode private');
    ip('link set foreign0 up');
    writeConfiguration(text);
    const { instances } = summarizeConfiguration(parseConfiguration(text));
    const appliance = await createAppliance(
      parseProgramOptions({ WAI_SERVICE_MANAGER: 'supervised' }),
    );
    const daemon = startKeepalived();
    const look = async (asksKeepalived: boolean) => {
      const runtime = asksKeepalived ? await appliance.readRuntime() : undefined;
      const network = await appliance.readNetwork();
      return instances.map((configured) => {
        const { name } = configured;
        const running = runtime?.ok
          ? runtime.instances.find((one) => one.name === name)
          : undefined;
        const interfaces = findInstanceInterfaces({ configured, running, network });
        const addresses = findAddressStatuses(interfaces, network).map(
          ({ cidr, interfaceName = '', held }) => `${cidr} dev ${interfaceName} ${String(held)}`,
        );
        return [name, interfaces.wire, ...addresses];
      });
    };
    const isServing = (seen: unknown) => JSON.stringify(seen) === JSON.stringify(expected);
    assert.deepEqual(await askUntil(() => look(true), isServing, 60_000), expected);

    // Stopped first, so that no child that lost its parent takes the addresses off.
    const running = await appliance.readDaemon();
    assert.equal(running.state, 'running');
    const pids = [...running.childPids, running.pid];
    process.kill(running.pid, 'SIGSTOP');
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    await askUntil(
      () => Promise.resolve(daemon.signalCode),
      (code) => code !== null,
    );
    assert.deepEqual(await look(false), expected, 'found by the kernel’s links alone');
    await appliance.close();
  });
}

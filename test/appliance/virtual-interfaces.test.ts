import assert from 'node:assert/strict';
import test from 'node:test';
import { createAppliance } from '../../server/appliance/create-appliance.ts';
import { findInstanceInterfaces } from '../../server/keepalived/addresses/instance-interfaces.ts';
import { summarizeConfiguration } from '../../server/keepalived/config/questions.ts';
import { parseConfiguration } from '../../server/keepalived/language/tree.ts';
import { witnessAddresses } from '../../server/keepalived/status/witnessed-addresses.ts';
import { parseSettings } from '../../server/settings.ts';
import {
  askUntil,
  preparePrivateMachine,
  startKeepalived,
  writeConfiguration,
} from './private-keepalived.ts';
import { inPrivateNamespaces } from './private-namespaces.ts';

const instance = (name: string, id: number, lines: string, address: string) => `
vrrp_instance ${name} {
  state MASTER
  interface eth0
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
  instance('PLAIN', 12, '', '10.9.0.102/24');

const expected = [
  ['NAMED', 'eth0v10v4', '10.9.0.100/24 dev eth0v10v4 true'],
  ['MADE', 'eth0', '10.9.0.101/24 dev vrrp.11 true'],
  ['SIX', 'vrrp6.11', 'fe80::9/64 dev vrrp6.11 true'],
  ['PLAIN', 'eth0', '10.9.0.102/24 dev eth0 true'],
];

if (inPrivateNamespaces(import.meta.url)) {
  test('the interfaces of instances are those of a real keepalived, alive and killed', async () => {
    preparePrivateMachine();
    writeConfiguration(text);
    const { instances } = summarizeConfiguration(parseConfiguration(text));
    const appliance = await createAppliance(parseSettings({ WAI_SERVICE_MANAGER: 'supervised' }));
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
        const addresses = witnessAddresses(interfaces, network).map(
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

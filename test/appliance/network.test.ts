import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test from 'node:test';
import { readDefaultRoutes, readNetwork } from '../../server/appliance/network/network.ts';
import { readHostName } from '../../server/shared/own-hosts.ts';
import { inPrivateNamespaces } from './private-namespaces.ts';

const ip = (words: string) => execFileSync('ip', words.split(' '));

async function readRoutes(): Promise<string[]> {
  const routes = await readDefaultRoutes();
  assert.ok(routes.ok);
  return routes.interfaceNames;
}

if (inPrivateNamespaces(import.meta.url)) {
  test('interfaces, addresses, and carriers are what the kernel has', async () => {
    ip('link add eth0 type veth peer name peer0');
    ip('link add eth1 type veth peer name peer1');
    ip('link set eth0 address 02:00:00:00:00:10');
    for (const words of ['eth0 up', 'peer0 up', 'eth1 up']) ip(`link set ${words}`);
    ip('address add 192.168.0.10/24 dev eth0');
    ip('address add 192.168.0.100/32 dev eth0');
    ip('address add fd00::1/64 dev eth0 nodad');
    ip('route add default via 192.168.0.1');

    const report = await readNetwork();
    assert.ok(report.ok);
    const byName = (name: string) => report.interfaces.find((one) => one.name === name);
    const eth0 = byName('eth0');
    assert.deepEqual(
      eth0?.addresses.filter(({ address }) => !address.startsWith('fe80')),
      [
        { family: 'inet', address: '192.168.0.10', prefixLength: 24 },
        { family: 'inet', address: '192.168.0.100', prefixLength: 32 },
        { family: 'inet6', address: 'fd00::1', prefixLength: 64 },
      ],
    );
    assert.deepEqual([eth0.macAddress, eth0.up, eth0.carrier], ['02:00:00:00:00:10', true, true]);
    const eth1 = byName('eth1');
    assert.deepEqual([eth1?.up, eth1?.carrier], [true, false]);
    const peer1 = byName('peer1');
    assert.deepEqual([peer1?.up, peer1?.carrier, peer1?.addresses], [false, false, []]);
  });

  test('the default routes leave where the kernel has them, if there are any', async () => {
    assert.deepEqual(await readRoutes(), ['eth0']);
    ip('route del default');
    assert.deepEqual(await readRoutes(), []);
    ip('-6 route add default via fd00::2 dev eth0');
    assert.deepEqual(await readRoutes(), ['eth0']);
  });

  test('a multipath default route counts for each of its devices', async () => {
    ip('link set peer1 up');
    ip('address add 10.1.0.1/24 dev eth1');
    ip('route replace default nexthop via 192.168.0.1 dev eth0 nexthop via 10.1.0.2 dev eth1');
    const devices = await readRoutes();
    assert.deepEqual([...new Set(devices)].sort(), ['eth0', 'eth1']);
  });

  test('the host name is the short one and follows a change', () => {
    execFileSync('hostname', ['server1.example.org']);
    assert.equal(readHostName(), 'server1');
    execFileSync('hostname', ['server2']);
    assert.equal(readHostName(), 'server2');
  });
}

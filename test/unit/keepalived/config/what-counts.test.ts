/** What an instance really runs with, where the file says something that keepalived ignores. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { getAuthentication } from '../../../../server/keepalived/config/instance-questions.ts';
import { summarizeConfiguration } from '../../../../server/keepalived/config/questions.ts';
import { parseConfiguration } from '../../../../server/keepalived/language/tree.ts';

// Each was compared with the account of a running keepalived 2.2.7.
const read = (text: string) => summarizeConfiguration(parseConfiguration(text));

function readInstance(inside: string, globals = '') {
  const head = 'interface eth0\n virtual_router_id 51\n';
  const [instance] = read(
    `global_defs {\n${globals}\n}\nvrrp_instance VI_1 {\n ${head}${inside}\n}\n`,
  ).instances;
  assert.ok(instance);
  return instance;
}
const vip = 'virtual_ipaddress {\n 10.9.0.100/24\n }\n';
const password = (type: string) => `authentication {\n auth_type ${type}\n auth_pass seeded\n }\n`;

test('authentication does not count where keepalived runs without it', () => {
  const without = [
    readInstance(`version 3\n ${vip}${password('PASS')}`),
    readInstance(`virtual_ipaddress {\n fd00::1/64\n }\n ${password('PASS')}`),
    readInstance(`${vip}${password('PASS')}`, 'vrrp_strict'),
    readInstance(`${vip}authentication {\n auth_type PASS\n }`),
  ];
  assert.deepEqual(without.map(getAuthentication), ['none', 'none', 'none', 'none']);
  const last = readInstance(`${vip}${password('PASS\n auth_type AH\n auth_type other')}`);
  assert.equal(getAuthentication(last), 'AH');
  assert.equal(
    readInstance(`${vip}${password('PASS')}strict_mode off`).authentication.type,
    'PASS',
  );
});

test('an instance with AH, or a strict one, begins otherwise than its state says', () => {
  assert.equal(
    readInstance(`state MASTER\n priority 120\n ${vip}${password('AH')}`).initialState,
    'BACKUP',
  );
  assert.equal(
    readInstance(`state MASTER\n priority 255\n ${vip}${password('AH')}`).initialState,
    'MASTER',
  );
  assert.equal(
    readInstance(`state MASTER\n priority 120\n ${vip}`, 'vrrp_strict').initialState,
    'BACKUP',
  );
});

test('the first address decides the family, and what is of the other one is left out', () => {
  const addressesOf = (inside: string) =>
    readInstance(inside).addresses.map(({ address }) => address);
  assert.deepEqual(
    addressesOf('virtual_ipaddress {\n 10.9.0.1/24\n fd00::1/64\n 10.9.0.2/24\n }'),
    ['10.9.0.1', '10.9.0.2'],
  );
  const byPeer = readInstance(
    'unicast_peer {\n fd00::7\n 10.9.0.9\n }\n virtual_ipaddress {\n 10.9.0.1/24\n fd00::1/64\n }',
  );
  assert.deepEqual(byPeer.unicastPeers, ['fd00::7']);
  assert.deepEqual(
    byPeer.addresses.map(({ address }) => address),
    ['fd00::1'],
  );
  assert.equal(byPeer.version, 3);
  const bySource = 'mcast_src_ip 10.9.0.77\n virtual_ipaddress {\n fd00::1/64\n 10.9.0.3/24\n }';
  assert.deepEqual(addressesOf(bySource), ['10.9.0.3']);
  // Excluded ones may be of both.
  assert.deepEqual(addressesOf(`virtual_ipaddress_excluded {\n fd00::1/64\n }\n ${vip}`), [
    '10.9.0.100',
    'fd00::1',
  ]);
  // What is not read may have decided it already.
  assert.equal(
    addressesOf(`include more.inc\n virtual_ipaddress {\n 10.9.0.1\n fd00::1\n }`).length,
    2,
  );
});

test('of version the first counts, and 2 not behind an IPv6 address', () => {
  assert.equal(readInstance(`version 2\n version 3\n ${vip}`).version, 2);
  const ipv6 = 'virtual_ipaddress {\n fd00::1/64\n }\n';
  assert.equal(readInstance(`${ipv6} version 2`).version, 3);
  assert.equal(readInstance(`version 2\n ${ipv6}`).version, 2);
  assert.equal(readInstance(`version 2\n ${ipv6}`, 'vrrp_strict').version, 3);
});

test('of advert_int the last that keepalived accepts counts', () => {
  const instance = readInstance(`advert_int 2\n advert_int 300\n advert_int 3s\n ${vip}`);
  assert.equal(instance.advertIntervalSeconds, 2);
});

test('an address is read as the daemon reads it, and left out where the daemon does', () => {
  const { addresses } = readInstance(`virtual_ipaddress {
    10.9.0.1/24;
    10.9.0.2/
    10.9.0.3/33
    10.9.0.4/24 peer 10.9.1.1
    10.9.0.5 peer 10.9.1.2/28
    10.9.0.6/24 label eth0:1 label eth0:2
    10.9.0.7/24 label eth0:much-too-long
    10.9.0.8/24 dev
    10.9.0.9/24 dev eth0 dev eth1
    10.9.0.10/24 brd 10.9.0.999
    10.9.0.11/24 brd + dev eth1
    10.9.0.12;
  }`);
  assert.deepEqual(
    addresses.map(({ address, prefixLength, label }) => [address, prefixLength, label]),
    [
      ['10.9.0.1', 24, undefined],
      ['10.9.0.2', 0, undefined],
      ['10.9.0.3', undefined, undefined],
      ['10.9.0.4', 32, undefined],
      ['10.9.0.5', undefined, undefined],
      ['10.9.0.6', 24, 'eth0:2'],
      ['10.9.0.11', 24, undefined],
    ],
  );
});

test('what is tracked has to be defined above', () => {
  const script = 'vrrp_script chk {\n script "/usr/bin/true"\n}\n';
  const instance = `vrrp_instance VI_1 {\n interface eth0\n virtual_router_id 51\n ${vip} track_script {\n chk weight 5\n other\n }\n track_file {\n maint\n }\n}\n`;
  const trackedIn = (text: string) => read(text).instances[0]?.tracked;
  assert.deepEqual(trackedIn(script + instance), ['track_script chk weight 5']);
  assert.deepEqual(trackedIn(instance + script), []);
  const empty = 'vrrp_script chk {\n interval 2\n}\n';
  assert.deepEqual(trackedIn(empty + instance), []);
  assert.deepEqual(trackedIn(`include scripts.conf\n${instance}`)?.length, 3);
  const group = 'vrrp_sync_group G {\n group {\n VI_1\n }\n track_script {\n chk\n }\n}\n';
  assert.deepEqual(read(instance + group + script).instances[0]?.trackedScripts, []);
  assert.deepEqual(read(script + instance + group).instances[0]?.trackedScripts, ['chk']);
});

test('a block without a name, or with two, is no instance', () => {
  const block = (name: string) =>
    `vrrp_instance ${name} {\n interface eth0\n virtual_router_id 5\n}\n`;
  const names = read(block('') + block('a b') + block('"a b"')).instances.map(({ name }) => name);
  assert.deepEqual(names, ['a b']);
});

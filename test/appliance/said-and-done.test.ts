/** What `keepalived -t` says, and what the daemon then does: both run, and the severity compared. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import test, { after, before } from 'node:test';
import type { Appliance } from '../../server/appliance/appliance.ts';
import { createAppliance } from '../../server/appliance/create-appliance.ts';
import { checkConfiguration } from '../../server/operations/checks/check-configuration.ts';
import { seeText } from '../../server/operations/checks/configuration-seen.ts';
import { parseProgramOptions } from '../../server/program-options.ts';
import {
  askUntil,
  end,
  preparePrivateMachine,
  startKeepalived,
  writeConfiguration,
} from './private-keepalived.ts';
import { inPrivateNamespaces } from './private-namespaces.ts';

/** What becomes of 10.9.0.100: served, not served by a daemon that runs, or no daemon at all. */
type Deed = 'serves' | 'serves-not' | 'ends';

interface Case {
  /** Lines of the instance, in the place of what it has by default. */
  instance?: string;
  addresses?: string;
  excluded?: string;
  /** Whole, where it is no such instance. */
  text?: string;
  before?: string;
  code: string;
  severity: 'fatal' | 'warning';
  deed: Deed;
}

// Priority 255: it is Active at once.
const base = ` state MASTER
 interface eth0
 virtual_router_id 51
 priority 255`;
const group = 'vrrp_sync_group G {\n group {\n  VI_1\n }\n}\n';
const script = `vrrp_script chk {\n script "/usr/bin/true"\n interval 1\n user root\n`;

const cases: Record<string, Case> = {
  'a label that is too long': {
    addresses: '10.9.0.100/24 label eth0:much-too-long',
    ...{ code: 'address-label-too-long', severity: 'fatal', deed: 'serves-not' },
  },
  'a broadcast that is none': {
    addresses: '10.9.0.100/24 brd 10.9.0.999',
    ...{ code: 'address-left-out', severity: 'fatal', deed: 'serves-not' },
  },
  'an address on an interface that does not exist': {
    addresses: '10.9.0.100/24 dev eth9',
    ...{ code: 'interface-missing', severity: 'fatal', deed: 'ends' },
  },
  'an address that is none': {
    addresses: '10.9.0.1000/24',
    ...{ code: 'invalid-address', severity: 'fatal', deed: 'serves-not' },
  },
  'an address of the other family': {
    addresses: '2001:db8::1/64\n  10.9.0.100/24',
    ...{ code: 'mixed-address-families', severity: 'fatal', deed: 'serves-not' },
  },
  'the same address twice': {
    addresses: '10.9.0.100/24\n  10.9.0.100/24',
    ...{ code: 'virtual-address-shared', severity: 'warning', deed: 'serves' },
  },
  'an interface that does not exist': {
    instance: base.replace('eth0', 'eth9'),
    ...{ code: 'interface-missing', severity: 'fatal', deed: 'ends' },
  },
  'no virtual_router_id': {
    instance: base.replace(/ virtual_router_id 51\n/, ''),
    ...{ code: 'virtual-router-id-missing', severity: 'fatal', deed: 'ends' },
  },
  'a virtual_router_id out of range': {
    instance: base.replace('51', '300'),
    ...{ code: 'virtual-router-id-out-of-range', severity: 'fatal', deed: 'ends' },
  },
  'the loopback interface': {
    instance: base.replace('eth0', 'lo'),
    ...{ code: 'loopback-interface', severity: 'fatal', deed: 'ends' },
  },
  'an interface without multicast': {
    instance: base.replace('eth0', 'nomc0'),
    ...{ code: 'multicast-unsupported', severity: 'fatal', deed: 'serves-not' },
  },
  'a virtual MAC on an interface that cannot': {
    instance: `${base.replace('eth0', 'tun0')}\n use_vmac`,
    ...{ code: 'vmac-unsupported', severity: 'fatal', deed: 'serves-not' },
  },
  'an ipvlan without an address': {
    instance: `${base}\n use_ipvlan ipv0`,
    ...{ code: 'instance-fault', severity: 'fatal', deed: 'serves-not' },
  },
  'an own script with a weight in a sync group': {
    before: `${script} weight 20\n}\n${group}`,
    instance: `${base.replace('255', '254')}\n track_script {\n  chk\n }`,
    ...{ code: 'tracked-ignored', severity: 'warning', deed: 'serves' },
  },
  'a weight with the priority 255': {
    before: `${script} weight 20\n}\n`,
    instance: `${base}\n track_script {\n  chk\n }`,
    ...{ code: 'tracked-ignored', severity: 'warning', deed: 'serves' },
  },
  'a sync group without its instance': {
    before: 'vrrp_sync_group G {\n group {\n  VI_9\n }\n}\n',
    ...{ code: 'sync-group-unknown-instance', severity: 'warning', deed: 'serves' },
  },
  'a tracked script that is not defined': {
    instance: `${base}\n track_script {\n  nothing\n }`,
    ...{ code: 'unknown-track-script', severity: 'warning', deed: 'serves' },
  },
  'a state that is not known': {
    instance: base.replace('MASTER', 'SLAVE'),
    ...{ code: 'unknown-state', severity: 'fatal', deed: 'serves' },
  },
  'a word that is not known': {
    instance: `${base}\n nonsense 1`,
    ...{ code: 'unknown-keyword', severity: 'fatal', deed: 'serves' },
  },
  'a multicast address that is none': {
    instance: `${base}\n mcast_dst_ip 10.9.0.7`,
    ...{ code: 'multicast-address-ignored', severity: 'fatal', deed: 'serves' },
  },
  // It serves, but its peer never hears of it.
  'unicast_ttl without unicast peers': {
    instance: `${base}\n unicast_ttl 10`,
    ...{ code: 'time-to-live-zero', severity: 'fatal', deed: 'serves' },
  },
  'nopreempt with state MASTER': {
    instance: `${base}\n nopreempt`,
    ...{ code: 'nopreempt-with-master', severity: 'warning', deed: 'serves' },
  },
  'an auth_pass that is too long': {
    instance: `${base}\n authentication {\n  auth_type PASS\n  auth_pass 1234567890\n }`,
    ...{ code: 'password-truncated', severity: 'warning', deed: 'serves' },
  },
  'unicast_fault_no_peer without a peer, of which the test says nothing': {
    instance: `${base}\n unicast_fault_no_peer`,
    ...{ code: 'unicast-fault-without-peer', severity: 'fatal', deed: 'serves-not' },
  },
  'unicast_fault_no_peer with a source and without a peer': {
    instance: `${base}\n unicast_src_ip 10.9.0.1\n unicast_fault_no_peer`,
    ...{ code: 'unicast-fault-without-peer', severity: 'fatal', deed: 'serves-not' },
  },
  'a network namespace that does not exist, of which the test says nothing': {
    before: 'net_namespace nowhere\n',
    ...{ code: 'network-namespace-missing', severity: 'fatal', deed: 'ends' },
  },
  'a unicast source that no interface has, of which the test says nothing': {
    instance: `${base}\n unicast_src_ip 10.9.0.77\n unicast_peer {\n  10.9.0.2\n }`,
    ...{ code: 'unicast-source-not-local', severity: 'fatal', deed: 'serves-not' },
  },
  'a unicast source that no interface has, IPv6': {
    instance: `${base}\n unicast_src_ip fd00::77\n unicast_peer {\n  fd00::2\n }`,
    addresses: 'fd00::100/64',
    excluded: '10.9.0.100/24',
    ...{ code: 'unicast-source-not-local', severity: 'fatal', deed: 'serves-not' },
  },
  'a device named twice for an address': {
    addresses: '10.9.0.100/24 dev eth0 dev eth0',
    ...{ code: 'address-left-out', severity: 'fatal', deed: 'serves-not' },
  },
  'an option of an address without its value': {
    addresses: '10.9.0.100/24 dev',
    ...{ code: 'address-left-out', severity: 'fatal', deed: 'serves-not' },
  },
  'a scope that is none': {
    addresses: '10.9.0.100/24 scope nonsense',
    ...{ code: 'address-option-ignored', severity: 'warning', deed: 'serves' },
  },
  'a delay for an interface that does not exist': {
    before: 'interface_up_down_delays {\n eth9 1\n}\n',
    ...{ code: 'delay-without-interface', severity: 'warning', deed: 'serves' },
  },
  'native_ipv6 with an IPv4 address': {
    instance: `${base}\n native_ipv6`,
    ...{ code: 'virtual-address-missing', severity: 'fatal', deed: 'ends' },
  },
  'a multicast group that is none': {
    before: 'global_defs {\n vrrp_mcast_group4 10.9.0.7\n}\n',
    ...{ code: 'multicast-address-ignored', severity: 'fatal', deed: 'serves' },
  },
  'a tracked BFD session that is not defined': {
    instance: `${base}\n track_bfd {\n  nothing\n }`,
    ...{ code: 'unknown-track-script', severity: 'warning', deed: 'serves' },
  },
  'a route over nonsense': {
    instance: `${base}\n virtual_routes {\n  10.77.0.0/16 via nonsense\n }`,
    ...{ code: 'route-left-out', severity: 'fatal', deed: 'serves' },
  },
  'a rule from nonsense': {
    instance: `${base}\n virtual_rules {\n  from nonsense table 5\n }`,
    ...{ code: 'rule-left-out', severity: 'fatal', deed: 'serves' },
  },
  'a delay of gratuitous ARP that is no number': {
    instance: `${base}\n garp_master_delay abc`,
    ...{ code: 'invalid-number', severity: 'fatal', deed: 'serves' },
  },
  'a virtual_router_id twice on an interface': {
    before:
      'vrrp_instance VI_2 {\n interface eth0\n virtual_router_id 51\n virtual_ipaddress {\n  10.9.0.101/24\n }\n}\n',
    ...{ code: 'virtual-router-id-shared', severity: 'fatal', deed: 'ends' },
  },
  'priority 0': {
    instance: base.replace('255', '0'),
    ...{ code: 'number-out-of-range', severity: 'fatal', deed: 'serves' },
  },
  'a tracked interface that does not exist': {
    instance: `${base}\n track_interface {\n  eth9\n }`,
    ...{ code: 'interface-missing', severity: 'fatal', deed: 'ends' },
  },
  'VRRP version 3 with a password': {
    instance: `${base}\n version 3\n authentication {\n  auth_type PASS\n  auth_pass abc\n }`,
    ...{ code: 'authentication-ignored', severity: 'warning', deed: 'serves' },
  },
  'an instance without a name': {
    text: `vrrp_instance {\n${base}\n virtual_ipaddress {\n  10.9.0.100/24\n }\n}\n`,
    ...{ code: 'name-missing', severity: 'fatal', deed: 'serves-not' },
  },
  'an unclosed brace': {
    text: `vrrp_instance VI_1 {\n${base}\n virtual_ipaddress {\n  10.9.0.100/24\n}\n`,
    ...{ code: 'unclosed-block', severity: 'fatal', deed: 'serves' },
  },
  'an empty file': { text: '\n', ...{ code: 'empty-file', severity: 'fatal', deed: 'serves-not' } },
};

if (inPrivateNamespaces(import.meta.url)) {
  let appliance: Appliance;
  before(async () => {
    preparePrivateMachine();
    const ip = (...words: string[]) => execFileSync('ip', words);
    ip('link', 'add', 'nomc0', 'type', 'veth', 'peer', 'name', 'nomc1');
    ip('link', 'set', 'nomc0', 'up', 'multicast', 'off');
    ip('tuntap', 'add', 'tun0', 'mode', 'tun');
    ip('link', 'set', 'tun0', 'up', 'multicast', 'on');
    writeConfiguration('\n');
    appliance = await createAppliance(parseProgramOptions({ WAI_SERVICE_MANAGER: 'supervised' }));
  });
  after(() => appliance.close());

  const serves = () =>
    Promise.resolve(execFileSync('ip', ['-o', 'address']).toString().includes('10.9.0.100/'));

  /** Waits for what is expected; what is not expected is given 1.5 s to show itself. */
  async function watch(text: string, expected: Deed): Promise<Deed> {
    writeFileSync('/etc/keepalived/keepalived.conf', text);
    const daemon = startKeepalived();
    const hasEnded = () => daemon.exitCode !== null;
    const limitMs = expected === 'serves-not' ? 1500 : 30_000;
    const see = async (): Promise<Deed> =>
      hasEnded() ? 'ends' : (await serves()) ? 'serves' : 'serves-not';
    const deed = await askUntil(see, (seen) => seen !== 'serves-not', limitMs);
    await end(daemon);
    execFileSync('ip', ['address', 'flush', 'to', '10.9.0.100']);
    return deed;
  }

  for (const [what, one] of Object.entries(cases)) {
    test(`${what}: ${one.code} is ${one.severity}, and the daemon ${one.deed}`, async () => {
      const { instance = base, addresses = '10.9.0.100/24' } = one;
      const excluded = one.excluded ? ` virtual_ipaddress_excluded {\n  ${one.excluded}\n }\n` : '';
      const text =
        one.text ??
        `${one.before ?? ''}vrrp_instance VI_1 {\n${instance}\n virtual_ipaddress {\n  ${addresses}\n }\n${excluded}}\n`;
      const findings = await checkConfiguration(appliance, await seeText(appliance, 'live', text));
      const said = findings.find(({ code }) => code === one.code);
      const deed = await watch(text, one.deed);
      assert.deepEqual(
        [said?.severity, said?.endsDaemon === true || one.text === '\n', deed],
        [one.severity, one.deed === 'ends' || one.text === '\n', one.deed],
        JSON.stringify(findings, undefined, 1),
      );
      // What costs the address is never only a remark.
      if (deed !== 'serves') assert.equal(one.severity, 'fatal');
    });
  }
}

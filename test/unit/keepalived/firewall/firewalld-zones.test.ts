import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  planAllowCommand,
  writeCommand,
} from '../../../../server/keepalived/firewall/firewall-commands.ts';
import type { Firewalld } from '../../../../server/keepalived/firewall/firewall-report.ts';
import {
  listZones,
  parseActiveZones,
} from '../../../../server/keepalived/firewall/firewalld-zones.ts';
import type { VrrpPacket } from '../../../../server/keepalived/firewall/packet.ts';

const incoming: VrrpPacket = {
  ...{ direction: 'in', family: 'inet', interfaceName: 'eth0', protocol: 112 },
  ...{ source: '10.9.0.2', destination: '224.0.0.18', multicast: true },
};

/** As `firewall-cmd --get-active-zones` prints it (firewalld 1.3 and 2). */
const printed = `cluster
  sources: 10.9.0.2 10.9.1.0/24 fd00::/8
guests
  sources: ipset:guests
internal
  interfaces: eth1
public (default)
  interfaces: eth0 eth2
`;

const create = (output: string): Firewalld => ({
  ...{ defaultZone: 'public', richRules: [] },
  ...parseActiveZones(output),
});

describe('the zones of firewalld', () => {
  it('have interfaces and senders', () => {
    const { zones, sources } = parseActiveZones(printed);
    assert.deepEqual(zones, { eth1: 'internal', eth0: 'public', eth2: 'public' });
    assert.deepEqual(sources[0], { source: '10.9.0.2', zone: 'cluster' });
    assert.deepEqual(sources.length, 4);
  });

  it('of a sender count before those of an interface', () => {
    const firewalld = create(printed);
    assert.deepEqual(listZones(incoming, firewalld), ['cluster']);
    const other = { ...incoming, interfaceName: 'eth1', source: '10.8.0.2' };
    // Who is in a set of addresses is not known.
    assert.deepEqual(listZones(other, firewalld), ['internal', 'guests']);
    const anybody = { ...incoming, source: '10.9.0.0/24' };
    assert.deepEqual(listZones(anybody, firewalld), ['public', 'cluster', 'guests']);
    assert.deepEqual(listZones({ ...incoming, interfaceName: 'eth9' }, create('')), ['public']);
  });

  it('get the rule one after the other, where it is not known who sends', () => {
    const place = {
      manager: 'nft',
      family: 'inet',
      table: 'firewalld',
      chain: 'filter_INPUT',
    } as const;
    const firewalld = create('public\n  interfaces: eth0\ncluster\n  sources: 10.9.0.2\n');
    const anybody = { ...incoming, source: '10.9.0.0/24' };
    for (const zone of ['public', 'cluster']) {
      const report = { programs: [], chains: [], firewalld };
      const command = planAllowCommand(anybody, { ...place, rule: undefined }, report);
      assert.ok(command);
      assert.match(writeCommand(command), new RegExp(`--zone=${zone} `));
      const text = command.words.at(-1)?.replace('--add-rich-rule=', '') ?? '';
      firewalld.richRules.push({ zone, text });
    }
  });
});

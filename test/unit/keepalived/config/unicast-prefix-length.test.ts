import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { findInstanceInterfaces } from '../../../../server/keepalived/addresses/instance-interfaces.ts';
import { setUnicastPeers } from '../../../../server/keepalived/config/edit/edits.ts';
import { summarizeConfiguration } from '../../../../server/keepalived/config/questions.ts';
import { diagnose } from '../../../../server/keepalived/diagnosis/diagnose.ts';
import { listVrrpPackets } from '../../../../server/keepalived/firewall/packet.ts';
import { parseConfiguration } from '../../../../server/keepalived/language/tree.ts';
import type { NetworkReport } from '../../../../server/keepalived/proof/evidence.ts';
import { fromSecond, inputOf } from '../diagnosis/scenario.ts';

const read = (name: string) =>
  readFileSync(new URL(`../../../fixtures/cases/${name}/keepalived.conf`, import.meta.url), 'utf8');
const cases = ['c15-unicast-prefix', 'c18-one-line-blocks'];

const network: NetworkReport = {
  ok: true,
  interfaces: [
    {
      ...{ name: 'eth0', macAddress: '02:00:00:00:00:01', up: true, carrier: true },
      addresses: [{ family: 'inet', address: '192.168.0.10', prefixLength: 24 }],
    },
  ],
};

describe('a unicast address with a prefix length, which keepalived ignores', () => {
  for (const name of cases) {
    it(`is the address alone in every question: ${name}`, () => {
      const [configured] = summarizeConfiguration(parseConfiguration(read(name))).instances;
      assert.ok(configured);
      assert.deepEqual(configured.unicastPeers, ['192.168.0.20']);
      assert.equal(configured.unicastSourceAddress, '192.168.0.10');
      const interfaces = findInstanceInterfaces({ configured, running: undefined, network });
      const packets = (['out', 'in'] as const).flatMap((direction) =>
        listVrrpPackets({ ...configured, interfaces }, direction, network),
      );
      assert.deepEqual(
        packets.map(({ source, destination }) => `${source ?? ''} > ${destination}`),
        ['192.168.0.10 > 192.168.0.20', '192.168.0.20 > 192.168.0.10'],
      );
    });
  }

  it('is one of the peers when it is heard', () => {
    const settings = `
      virtual_router_id 51
      unicast_src_ip 192.168.0.11/24
      unicast_peer {
        192.168.0.12/24
      }
      virtual_ipaddress {
        192.168.0.100/24
      }`;
    const heard = fromSecond({
      ...{ destination: '192.168.0.11', unicast: true, authentication: 'none' },
    });
    const checks = diagnose(inputOf({ state: 'BACKUP', settings, heard }));
    assert.doesNotMatch(JSON.stringify(checks), /not one of|no unicast_peer/);
    assert.equal(checks.find(({ id }) => id === 'foreign-cluster')?.verdict, 'good');
  });

  it('stays as it is in the file when the form saves it without', () => {
    const text = read('c15-unicast-prefix');
    const tree = parseConfiguration(text);
    assert.deepEqual(setUnicastPeers(tree, 'VI_1', ['192.168.0.20']), { ok: true, text });
    const more = setUnicastPeers(tree, 'VI_1', ['192.168.0.20', '192.168.0.21']);
    assert.ok(more.ok);
    assert.match(more.text, /192\.168\.0\.20\/24\n\s+192\.168\.0\.21\n/);
  });
});

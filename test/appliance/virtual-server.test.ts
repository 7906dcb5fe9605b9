/** A `virtual_server` ends keepalived where the kernel has no IPVS: the look foretells what it does. */
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { lookForIpvs } from '../../server/appliance/network/ipvs.ts';
import {
  askUntil,
  createDaemons,
  goodConfiguration,
  holdsAddress,
  mountTmpfs,
  preparePrivateMachine,
  writeConfiguration,
} from './private-keepalived.ts';
import { inPrivateNamespaces } from './private-namespaces.ts';

const virtualServer = `
virtual_server 10.9.0.100 80 {
  lb_algo rr
  lb_kind NAT
  protocol TCP
  real_server 10.9.0.2 80 {
    weight 1
  }
}
`;

if (inPrivateNamespaces(import.meta.url)) {
  describe('a virtual_server and the kernel’s IPVS', () => {
    before(preparePrivateMachine);

    it('keepalived survives the reload exactly where the look finds IPVS', async () => {
      const daemons = createDaemons();
      writeConfiguration(goodConfiguration);
      const daemon = await daemons.serve();
      const look = await lookForIpvs();
      writeConfiguration(goodConfiguration + virtualServer);
      daemon.kill('SIGHUP');
      const hasEnded = await askUntil(
        () => Promise.resolve(daemon.exitCode !== null),
        Boolean,
        look.kind === 'available' ? 5_000 : 30_000,
      );
      const servesStill = holdsAddress();
      await daemons.endAll();
      assert.deepEqual(
        { hasEnded, servesStill },
        look.kind === 'available'
          ? { hasEnded: false, servesStill: true }
          : { hasEnded: true, servesStill: false },
      );
    });

    const canLookAtModules = !existsSync('/proc/net/ip_vs');
    for (const [how, text, kind] of [
      ['finds the module', 'exit 0', 'available'],
      ['finds none', 'exit 1', 'absent'],
      ['is killed', 'kill -KILL $$', 'unseen'],
    ] as const) {
      it(`modprobe ${how}: ${kind}`, async () => {
        mountTmpfs('/usr/local/sbin');
        writeFileSync('/usr/local/sbin/modprobe', `#!/bin/sh\n${text}\n`, { mode: 0o755 });
        assert.equal((await lookForIpvs()).kind, canLookAtModules ? kind : 'available');
      });
    }
  });
}

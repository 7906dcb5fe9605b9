/** A thousand damaged texts saved on a live master: no moment without the address, none with it on both. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../lab/eventually.ts';
import { failoverConfiguration, virtualAddress } from '../lab/failover-configuration.ts';
import type { ServerName } from '../lab/lab-server.ts';
import { createTwoServers } from '../lab/two-servers.ts';
import { programWords } from '../program-words.ts';

interface Save {
  what: string;
  kind: string;
  reason: string;
}

/** The simple one, and one with a sync group, a weight, a virtual MAC address and IPv6. */
const configurations = {
  simple: { textOf: failoverConfiguration, how: 'recorded', addresses: [virtualAddress] },
  rich: {
    ...{ textOf: richConfiguration, how: 'mutated' },
    addresses: [virtualAddress, 'fe80::100', '2001:db8::100'],
  },
};
const saves = 500;

/** Five hundred damages of one of the two configurations; each is a test file of its own. */
export function testBadSaves(which: keyof typeof configurations): void {
  const { textOf, how, addresses } = configurations[which];
  test(
    `five hundred bad saves on a ${which} configuration`,
    { timeout: 900_000 },
    async (context) => {
      const servers = await createTwoServers();
      context.after(() => servers.close());
      const { server1, server2 } = servers;
      for (const server of [server1, server2]) {
        await server.writeFile('/etc/keepalived/keepalived.conf', textOf(server.name));
        await server.startKeepalived();
      }
      const holders = async (): Promise<string> =>
        (await Promise.all(addresses.map((one) => servers.addressHolders(one)))).join(' ');
      const onServer1 = addresses.map(() => 'server1').join(' ');
      await eventually('server1 alone has it all', async () => (await holders()) === onServer1);
      // The kernel tells each change of an address, however short it was.
      const watchers = await Promise.all(
        [server1, server2].map((server) => server.start('ip', ['-o', 'monitor', 'address'])),
      );

      const child = await server1.start(process.execPath, [
        ...programWords('test/appliance/inside/bad-saves.ts'),
        ...[String(saves), how],
      ]);
      await eventually('the end of the saves', () => child.hasEnded(), {
        withinMs: 850_000,
        everyMs: 250,
      });
      const outcomes = child
        .output()
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Save);
      // Many damages give the same text, and each text is saved once.
      const [, texts] =
        new RegExp(`^${saves} damages, (\\d+) texts$`, 'm').exec(child.output()) ?? [];
      assert.equal(outcomes.length, Number(texts), child.output().slice(-2_000));
      assert.ok(outcomes.length > 300, `${outcomes.length} texts`);

      const changes = watchers.map((watcher) =>
        watcher
          .output()
          .split('\n')
          .filter((line) => addresses.some((one) => line.includes(` ${one}/`))),
      );
      assert.deepEqual(changes, [[], []], 'nothing left server1 or came to server2');
      assert.equal(await holders(), onServer1);

      const unexplained = outcomes.filter(
        ({ kind, reason }) => kind !== 'live' && kind !== 'saved' && reason.length < 20,
      );
      assert.deepEqual(unexplained, []);
      const count = (kind: string): number => outcomes.filter((one) => one.kind === kind).length;
      const kinds = [...new Set(outcomes.map(({ kind }) => kind))];
      context.diagnostic(kinds.map((kind) => `${kind}: ${count(kind)}`).join(', '));
      assert.ok(count('refused') > 100);
      assert.ok(count('needs-acceptance') > 10);
    },
  );
}

function richConfiguration(name: ServerName): string {
  const priority = name === 'server1' ? 101 : 100;
  const instance = (more: string) => `    state BACKUP
    interface eth0
    priority ${priority}
    advert_int 1
${more}}
`;
  return `global_defs {
    enable_script_security
    script_user root
}

vrrp_script chk_light {
    script "/usr/bin/true"
    interval 2
    weight -10
}

vrrp_sync_group G1 {
    group {
        VI_1
        VI_6
    }
    sync_group_tracking_weight
}

vrrp_instance VI_1 {
    virtual_router_id 51
    use_vmac
${instance(`    virtual_ipaddress {
        ${virtualAddress}/24
    }
    track_script {
        chk_light
    }
`)}
vrrp_instance VI_6 {
    virtual_router_id 61
${instance(`    virtual_ipaddress {
        fe80::100/64
        2001:db8::100/64
    }
`)}`;
}

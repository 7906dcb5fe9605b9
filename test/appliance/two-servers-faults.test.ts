/**
 * Two real servers made wrong on purpose, one virtual router for each fault, so that all of them are
 * examined at once: each examination names that fault first, and on the healthy one nothing.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Check, CheckId } from '../../server/keepalived/diagnosis/check.ts';
import { eventually } from '../lab/eventually.ts';
import type { LabServer } from '../lab/lab-server.ts';
import { createTwoServers, type TwoServers } from '../lab/two-servers.ts';
import { programWords } from '../program-words.ts';

interface Side {
  vrid?: number;
  priority?: number;
  addresses?: string[];
  authentication?: string;
  /** Further lines of the instance. */
  lines?: string;
}

interface Fault {
  cause: CheckId | undefined;
  first: Side;
  second: Side | undefined;
  says?: RegExp;
}

const pass = (password: string) => `auth_type PASS\n    auth_pass ${password}`;
const scripted = (name: string) => `track_script {\n    ${name}\n  }`;
/** A virtual interface with a name of its own. */
const vmac = (name: string): Side => ({ lines: `use_vmac ${name}` });

/** By the last byte of its address, which is its virtual router ID too. */
const faults: Record<number, Fault> = {
  101: { cause: undefined, first: {}, second: {} },
  102: {
    cause: 'password',
    first: {},
    second: { authentication: pass('another1') },
    says: /uses? (a different|another) password|password/,
  },
  103: {
    cause: 'authentication-type',
    first: { authentication: 'auth_type AH\n    auth_pass lab-only' },
    second: {},
  },
  104: { cause: 'authentication-type', first: { authentication: '' }, second: {} },
  105: {
    cause: 'unicast-multicast',
    first: {
      lines: 'unicast_src_ip 192.168.0.10\n  unicast_peer {\n    192.168.0.20\n  }',
    },
    second: {},
  },
  106: { cause: 'advertisement-interval', first: { lines: 'advert_int 3' }, second: {} },
  107: {
    cause: 'virtual-addresses',
    first: { addresses: ['192.168.0.107/24', '192.168.0.217/24'] },
    second: {},
  },
  108: { cause: 'virtual-addresses', first: {}, second: { addresses: ['192.168.0.218/24'] } },
  109: { cause: 'vrrp-version', first: { lines: 'version 3' }, second: {} },
  110: {
    cause: 'foreign-cluster',
    first: {},
    second: { addresses: ['192.168.0.210/24'], authentication: pass('foreign1') },
  },
  111: { cause: 'same-priority', first: { priority: 100 }, second: {} },
  112: { cause: 'address-owner', first: { priority: 255 }, second: { priority: 255 } },
  113: { cause: 'time-to-live', first: {}, second: {} },
  114: { cause: 'virtual-router-id', first: {}, second: { vrid: 214 } },
  115: { cause: 'duplicate-address', first: {}, second: {} },
  116: { cause: 'script-run', first: { lines: scripted('closed') }, second: undefined },
  117: { cause: 'healthcheck', first: { lines: scripted('hang') }, second: undefined },
  118: { cause: 'healthcheck', first: { lines: scripted('refuse') }, second: undefined },
  119: { cause: 'healthcheck', first: { lines: scripted('redirect') }, second: undefined },
  120: { cause: 'healthcheck', first: { lines: scripted('large') }, second: undefined },
  121: {
    cause: 'silent-peer',
    first: { lines: 'unicast_src_ip 192.168.0.10\n  unicast_peer {\n    192.168.0.250\n  }' },
    second: undefined,
    says: /192\.168\.0\.250 does not even answer/,
  },
  122: { cause: undefined, first: vmac('f122'), second: vmac('f122') },
  123: { cause: 'duplicate-address', first: vmac('f123'), second: vmac('f123') },
};

const scripts = `vrrp_script closed {
  script "/opt/closed/check"
  interval 2
  user nobody
  weight -1
}
${['hang', 'refuse', 'redirect', 'large']
  .map(
    (name) => `vrrp_script ${name} {
  script "/usr/bin/curl --silent --fail --output /dev/null --max-time 1 http://127.0.0.1:${name === 'refuse' ? 8082 : 8081}/${name}"
  interval 2
  weight -1
}
`,
  )
  .join('')}`;

function configurationOf(server: LabServer): string {
  const isFirst = server.name === 'server1';
  const instances = Object.entries(faults).flatMap(([id, { first, second }]) => {
    const side = isFirst ? first : second;
    if (!side) return [];
    const { vrid = id, priority = isFirst ? 101 : 100, addresses = [`192.168.0.${id}/24`] } = side;
    const { authentication = pass('lab-only'), lines = '' } = side;
    const block = authentication === '' ? '' : `authentication {\n    ${authentication}\n  }`;
    return `vrrp_instance F${id} {
  interface eth0
  virtual_router_id ${vrid}
  priority ${priority}
  ${lines.includes('version 3') ? '' : block}
  ${lines}
  virtual_ipaddress {
    ${addresses.join('\n    ')}
  }
}
`;
  });
  return `global_defs {\n  script_user root\n}\n${isFirst ? scripts : ''}${instances.join('')}`;
}

const consequences = new Set<CheckId>(['duplicate-address', 'split-brain']);

interface Examined {
  checks: Check[];
  everWrong: string[];
  /** Only where keepalived is stopped. */
  beforeStart?: string;
}

async function examine(server: LabServer): Promise<Examined> {
  const { stdout } = await server.run(
    process.execPath,
    programWords('test/appliance/inside/examine.ts'),
    { timeoutMs: 300_000 },
  );
  return JSON.parse(stdout) as Examined;
}

const troublesOf = ({ checks }: Examined, instance: string) =>
  checks.filter(
    ({ about, verdict }) =>
      about.instance === instance && (verdict === 'wrong' || verdict === 'suspicious'),
  );

/** `2: bridge0: <BROADCAST,…` */
const getDevice = (shown: string): string => /^\d+: ([^:@]+)/.exec(shown)?.[1] ?? '';

describe('two servers made wrong on purpose', () => {
  let servers: TwoServers;
  let examined: Examined[];

  before(async () => {
    servers = await createTwoServers();
    const { server1, server2, network } = servers;
    // One server's advertisements of one virtual router cross a router that is not there.
    await server1.run('nft', ['-f', '-'], {
      input:
        'table ip wrong {\n chain out {\n type filter hook output priority 0;\n ip protocol 112 @th,8,8 113 ip ttl set 64\n }\n}\n',
    });
    // Somebody else has taken virtual addresses.
    await network.run('sh', [
      '-c',
      'device=$(ip -o -4 address show to 192.168.0.1 | cut -d" " -f2) && ' +
        'for last in 115 123; do ip address add 192.168.0.$last/24 dev "$device"; done',
    ]);
    await server1.run('install', ['-d', '-m', '0700', '/run/closed']);
    await server1.writeFile('/run/closed/check', '#!/bin/sh\n');
    await server1.run('chmod', ['755', '/run/closed/check']);
    const odd = await server1.start(process.execPath, ['test/lab/inside/odd-gateway.mjs']);
    await odd.waitForOutput(/listening/);
    await Promise.all(
      [server1, server2].map(async (server) => {
        const text = configurationOf(server).replaceAll('/opt/closed', '/run/closed');
        await server.writeFile('/etc/keepalived/keepalived.conf', text);
        await server.startKeepalived();
      }),
    );
    await eventually(
      'the healthy pair to serve',
      async () => (await servers.addressHolders('192.168.0.101')).length === 1,
    );
    examined = await Promise.all([examine(server1), examine(server2)]);
  });
  after(() => servers.close());

  for (const [id, { cause, says }] of Object.entries(faults)) {
    it(`${id}: ${cause ?? 'healthy'}`, () => {
      const found = examined.map((one) => troublesOf(one, `F${id}`));
      const firsts = found.flatMap(([first]) => first ?? []);
      const words = JSON.stringify(found, undefined, 1);
      if (cause === undefined) {
        assert.deepEqual(firsts, [], words);
        const ever = examined.flatMap(({ everWrong }) => everWrong);
        assert.deepEqual(
          ever.filter((text) => text.startsWith(`F${id} `)),
          [],
        );
        return;
      }
      const named = firsts.filter((first) => first.id === cause);
      assert.ok(named.length > 0, `nobody has named it first: ${words}`);
      // A master that refuses the other's advertisements hardly ever gets to send its own, so that
      // its peer may see nothing but that the address exists twice.
      const rest = firsts.filter((first) => first.id !== cause).map((first) => first.id);
      assert.deepEqual(
        rest.filter((id) => !consequences.has(id)),
        [],
        words,
      );
      for (const { sentence } of named) if (says) assert.match(sentence, says);
      assert.doesNotMatch(words, /lab-only|another1|foreign1/);
    });
  }

  it('an address that somebody has, before a start', async () => {
    const { server1, server2, network } = servers;
    await Promise.all([server1.stopKeepalived(), server2.stopKeepalived()]);
    const { stdout } = await network.run('ip', ['address', 'show', 'to', '192.168.0.115']);
    const link = await network.run('ip', ['link', 'show', 'dev', getDevice(stdout)]);
    const macAddress = /link\/ether (\S+)/.exec(link.stdout)?.[1] ?? 'no MAC address';
    const { checks, beforeStart = '' } = await examine(server2);
    assert.deepEqual([checks[0]?.id, checks[0]?.about.instance], ['duplicate-address', 'F115']);
    for (const sentence of [checks[0]?.sentence ?? '', beforeStart]) {
      assert.match(sentence, /answers for 192\.168\.0\.115 on eth0, but nobody advertises it/);
      assert.ok(sentence.includes(macAddress), sentence);
    }
  });

  it('an interface that is down', async () => {
    const { server2 } = servers;
    await server2.run('ip', ['link', 'set', 'eth0', 'down']);
    const { checks } = await examine(server2);
    assert.deepEqual([checks[0]?.id, checks[0]?.verdict], ['interface', 'wrong']);
    assert.match(checks[0]?.sentence ?? '', /eth0 is switched off/);
  });
});

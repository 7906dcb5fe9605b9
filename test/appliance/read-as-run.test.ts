/** What is read of random instances, against what the real keepalived runs of them. */
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import type { Appliance } from '../../server/appliance/appliance.ts';
import { createAppliance } from '../../server/appliance/create-appliance.ts';
import { normalizeAddress } from '../../server/keepalived/addresses/addresses.ts';
import { getPrefixLength } from '../../server/keepalived/config/addresses.ts';
import { getAuthentication } from '../../server/keepalived/config/instance-questions.ts';
import type { ConfiguredInstance } from '../../server/keepalived/config/questions.ts';
import type { RuntimeInstance } from '../../server/keepalived/proof/evidence.ts';
import { parseProgramOptions } from '../../server/program-options.ts';
import { readLiveConfiguration } from '../../server/state/live-configuration.ts';
import {
  askUntil,
  end,
  preparePrivateMachine,
  startKeepalived,
  writeConfiguration,
} from './private-keepalived.ts';
import { inPrivateNamespaces } from './private-namespaces.ts';

const [files, instancesInEach] = [4, 24];

/** A small generator of its own, so that a failure can be repeated (mulberry32). */
function createRandom(seed: number) {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    pick: <Item>(items: readonly Item[]): Item => items[Math.floor(next() * items.length)] as Item,
    happens: (probability: number): boolean => next() < probability,
  };
}

/** Lines of an instance, each as somebody wrote it once; `N` is a number of its own. */
const lines = [
  ...[
    'priority 120',
    'priority 255',
    'priority 0',
    'priority 99;',
    'priority "98"',
    'priority 9#9',
  ],
  ...['state MASTER', 'state BACKUP', 'state SLAVE', 'state master', 'state MASTER # x'],
  ...['version 2', 'version 3', 'version 4', 'strict_mode off'],
  ...['advert_int 2', 'advert_int 0.4', 'advert_int 1.5', 'advert_int 3s', 'advert_int 1.234'],
  ...['advert_int 60', 'advert_int 300', 'advert_int +2', 'native_ipv6'],
  ...['nopreempt', 'preempt', 'preempt_delay 3', '@other priority 7', '@here priority 66'],
  ...['@^other priority 67', '$P', 'priority $PRIO', 'priority ${PRIO}', 'accept'],
  ...['authentication { auth_type PASS\n auth_pass seeded }', 'authentication { auth_pass x }'],
  ...[
    'authentication {\n auth_type PASS\n}',
    'authentication\n{\nauth_type AH\nauth_pass "a b"\n}',
  ],
  ...['authentication {\n auth_type pass\n auth_pass x\n}', 'unicast_peer { 10.9.0.2 }'],
  ...['unicast_peer {\n 10.9.0.2/24\n fd00::2\n 10.9.0.3;\n}', 'unicast_peer {\n fd00::2\n}'],
  ...['mcast_src_ip 10.9.0.1', 'smtp_alert', 'debug 1', '\tpriority\t77\t! x', 'priority 76\r'],
];
const addresses = [
  ...[
    '10.8.N.1/24',
    '10.8.N.2',
    '10.8.N.3/24 dev eth0',
    '10.8.N.4/33',
    '10.8.N.5/24;',
    '10.8.N.6/',
  ],
  ...['10.8.N.7/24 label eth0:N', '10.8.N.8/24 label eth0:much-too-long', '10.8.N.9/24 dev'],
  ...['10.8.N.10/24 brd +', '10.8.N.11/24 brd x', '10.8.N.12 peer 10.7.0.1', '10.8.N.13;', 'none'],
  ...['fd00:N::1/64', 'fd00:N::2', 'fe80::N', 'fd00:N::3/64 label x', '10.8.N.14/24 # x', '! x'],
  ...['"10.8.N.15/24"', '10.8.N.16/24 scope link', '10.8.N.17/24 no_track', '10.8.N.18/24 odd'],
];

function writeInstance(random: ReturnType<typeof createRandom>, number: number): string {
  const some = (all: readonly string[], most: number): string[] =>
    Array.from({ length: most }).flatMap(() => (random.happens(0.6) ? [random.pick(all)] : []));
  const block = (keyword: string, most: number): string => {
    // One of each family: without an address the daemon may end.
    const entries = ['10.8.N.100/24', 'fd00:N::100/64', ...some(addresses, most)];
    const ordered = random.happens(0.5) ? entries : entries.toReversed();
    const isCommented = /[!#]/.test(ordered.at(-1) ?? '');
    const close = isCommented || random.happens(0.5) ? '\n}' : ' }';
    return `${keyword}${random.pick([' {\n', '\n{\n', ' { '])}${ordered.join('\n')}${close}`;
  };
  const parts = [
    ...['interface eth0', `virtual_router_id ${number}`],
    ...some(lines, 6),
    block('virtual_ipaddress', 5),
    ...(random.happens(0.3) ? [block('virtual_ipaddress_excluded', 3)] : []),
    ...some(lines, 2),
  ];
  return `vrrp_instance V${number} {\n${parts.join('\n')}\n}\n`.replaceAll('N', String(number));
}

if (inPrivateNamespaces(import.meta.url)) {
  let appliance: Appliance;
  before(async () => {
    preparePrivateMachine();
    appliance = await createAppliance(
      parseProgramOptions({ WAI_SERVICE_MANAGER: 'supervised', WAI_KEEPALIVED_ARGS: '-i here' }),
    );
  });
  after(() => appliance.close());

  for (let seed = 1; seed <= files; seed += 1) {
    test(`seed ${seed}: each instance is read as keepalived runs it`, async () => {
      const random = createRandom(seed);
      const texts = Array.from({ length: instancesInEach }, (_, index) =>
        writeInstance(random, index + 1),
      );
      writeConfiguration(
        `global_defs {\nrouter_id r\n}\n$PRIO=55\n$P=priority 44\n${texts.join('')}`,
      );
      const daemon = startKeepalived(['-i', 'here']);
      try {
        const runtime = await askUntil(
          () => appliance.readRuntime(),
          (report) => report.ok && report.instances.length > 0,
          30_000,
        );
        const live = await readLiveConfiguration(appliance);
        assert.ok(runtime.ok && live.ok, JSON.stringify(runtime));
        for (const [index, running] of runtime.instances.entries()) {
          const configured: ConfiguredInstance | undefined = live.summary.instances[index];
          assert.ok(configured);
          assert.deepEqual(describeConfigured(configured), describeRunning(running), texts[index]);
        }
        assert.equal(live.summary.instances.length, runtime.instances.length);
      } finally {
        await end(daemon);
      }
    });
  }

  const words = { none: 'none', PASS: 'password', AH: 'ah' } as const;
  const describeConfigured = (one: ConfiguredInstance) => ({
    name: one.name,
    virtualRouterId: one.virtualRouterId,
    priority: one.priority,
    version: one.version ?? 2,
    advertIntervalSeconds: one.advertIntervalSeconds,
    // Without nopreempt where keepalived clears it.
    nopreempt: one.nopreempt === true && one.initialState !== 'MASTER' && one.priority !== 255,
    authentication: words[getAuthentication(one) ?? 'none'],
    addresses: one.addresses
      .map((address) => `${normalizeAddress(address.address)}/${getPrefixLength(address)}`)
      .toSorted(),
  });
  const describeRunning = (one: RuntimeInstance) => ({
    name: one.name,
    virtualRouterId: one.virtualRouterId,
    priority: one.basePriority,
    version: one.version,
    advertIntervalSeconds: one.advertIntervalSeconds,
    nopreempt: one.nopreempt,
    authentication: one.authentication,
    addresses: one.addresses.map(({ cidr }) => normalizeCidr(cidr)).toSorted(),
  });
  const normalizeCidr = (cidr: string): string => {
    const [address = '', length] = cidr.split('/');
    return `${normalizeAddress(address)}/${length ?? (address.includes(':') ? 128 : 32)}`;
  };
}

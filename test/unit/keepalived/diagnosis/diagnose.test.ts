import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { CheckId, CheckVerdict } from '../../../../server/keepalived/diagnosis/check.ts';
import { checkIds } from '../../../../server/keepalived/diagnosis/check.ts';
import { diagnose } from '../../../../server/keepalived/diagnosis/diagnose.ts';
import type { CapturedTraffic } from '../../../../server/keepalived/diagnosis/input.ts';
import { decodeFrame } from '../../../../server/keepalived/wire/decode-frame.ts';
import { parsePcap } from '../../../../server/keepalived/wire/pcap.ts';
import { fromFirst, fromSecond, inOrder, inputOf, toMs } from './scenario.ts';
import type { Scenario } from './scenario.ts';

function findTroubles(scenario: Scenario): string[] {
  return diagnose(inputOf(scenario))
    .filter(({ verdict }) => verdict === 'wrong' || verdict === 'suspicious')
    .map(({ id, verdict, sentence }) => `${verdict} ${id}: ${sentence}`);
}

function getCheck(scenario: Scenario, id: CheckId) {
  const check = diagnose(inputOf(scenario)).find((candidate) => candidate.id === id);
  assert.ok(check);
  return check;
}

const version3 = `
  version 3
  virtual_router_id 51
  virtual_ipaddress {
    192.168.0.100/24
  }`;
const inVersion3 = {
  version: 3,
  authentication: 'none',
  passwordMatchesOurs: undefined,
  checksumForm: 'pseudo-header',
} as const;
const withoutPassword = `
  virtual_router_id 51
  virtual_ipaddress {
    192.168.0.100/24
  }`;
const noPassword = { authentication: 'none', passwordMatchesOurs: undefined } as const;
const unicast = `
  virtual_router_id 51
  unicast_src_ip 192.168.0.11
  unicast_peer {
    192.168.0.12
  }
  virtual_ipaddress {
    192.168.0.100/24
  }`;

describe('a healthy pair has nothing wrong', () => {
  const toFirst = { ...noPassword, unicast: true, destination: '192.168.0.11' };
  const toSecond = { ...noPassword, unicast: true, destination: '192.168.0.12' };
  const rows: Record<string, Scenario> = {
    'seen by the master': { at: 'first', state: 'MASTER', heard: fromFirst() },
    'seen by the standby': { at: 'second', state: 'BACKUP', heard: fromFirst() },
    'after the standby has taken over': {
      running: { lastTransitionAtMs: toMs - 19_300 },
      at: 'second',
      state: 'MASTER',
      heard: [
        ...fromFirst({}, { to: 20 }),
        ...fromFirst({ priority: 0 }, { from: 19.9, to: 19.5 }),
        ...fromSecond({}, { from: 19.3 }),
      ],
    },
    'a moment after the standby has taken over without being asked to': {
      running: { lastTransitionAtMs: toMs - 500 },
      at: 'second',
      state: 'MASTER',
      heard: [...fromFirst({}, { to: 4 }), ...fromSecond({}, { from: 0.5 })],
    },
    'a moment after the first has taken it back': {
      running: { lastTransitionAtMs: toMs - 1200 },
      at: 'first',
      state: 'MASTER',
      heard: [...fromSecond({}, { to: 1.1 }), ...fromFirst({}, { from: 1.2 })],
    },
    'though keepalived was asked long after the listening ended': {
      state: 'MASTER',
      heard: fromFirst(),
      changes: { runtimeAtMs: toMs + 9_000 },
    },
    'that has become master after the listening ended': {
      at: 'second',
      state: 'MASTER',
      heard: fromFirst({}, { to: 2 }),
      running: { lastTransitionAtMs: toMs + 1_000 },
      changes: { runtimeAtMs: toMs + 2_000 },
    },
    'after a partition is healed': {
      at: 'first',
      state: 'MASTER',
      heard: [...fromFirst(), ...fromSecond({}, { from: 30, to: 29.5 })],
      log: [
        '(VI_1) Received advert from 192.168.0.12 with lower priority 100, ours 101, forcing new election',
      ],
    },
    'after a wrong password was corrected': {
      at: 'second',
      state: 'BACKUP',
      heard: [
        ...fromFirst({ passwordMatchesOurs: false }, { to: 20 }),
        ...fromFirst({}, { from: 19 }),
      ],
    },
    'in version 3': {
      at: 'second',
      state: 'BACKUP',
      settings: version3,
      heard: fromFirst(inVersion3),
    },
    'with unicast, seen by the master': {
      at: 'first',
      state: 'MASTER',
      settings: unicast,
      heard: fromFirst(toSecond),
    },
    'with unicast, seen by the standby': {
      at: 'second',
      state: 'BACKUP',
      settings: unicast
        .replace('ip 192.168.0.11', 'ip 192.168.0.12')
        .replace(' 192.168.0.12\n  }', ' 192.168.0.11\n  }'),
      heard: fromFirst(toFirst),
    },
    'beside other clusters, and in a VLAN that also passes': {
      at: 'first',
      state: 'MASTER',
      heard: [
        ...fromFirst(),
        ...fromSecond({ virtualRouterId: 77, addresses: ['192.168.0.200'] }),
        ...fromSecond({ vlanIds: [10], passwordMatchesOurs: false }),
      ],
      log: ['Unknown VRID(77) received on interface(eth0). ignoring...'],
    },
    'whose script works again': {
      at: 'first',
      state: 'MASTER',
      settings: `${withoutPassword}\n  track_script {\n    chk\n  }`,
      heard: fromFirst(noPassword),
      log: ['VRRP_Script(chk) failed (exited with status 3)', 'VRRP_Script(chk) succeeded'],
    },
  };
  for (const [name, scenario] of Object.entries(rows)) {
    it(name, () => {
      assert.deepEqual(findTroubles(scenario), []);
    });
  }

  it('and the checks say so, each once', () => {
    const heard = fromFirst();
    const checks = diagnose(inputOf({ at: 'second', state: 'BACKUP', heard, changes: inOrder }));
    assert.deepEqual(checks.map(({ id }) => id).toSorted(), checkIds.toSorted());
    assert.deepEqual(
      checks
        .filter(({ verdict }) => verdict !== 'good')
        .map(({ id, verdict }) => `${verdict} ${id}`),
      [
        'own-advertisements',
        'healthcheck',
        'script-run',
        'healthcheck-interval',
        'tracked-script',
        'tracked-process',
      ].map((id) => `note ${id}`),
    );
  });

  it('of which the master hears nobody: it says that this tells nothing', () => {
    const check = getCheck({ state: 'MASTER', heard: fromFirst() }, 'silent-peer');
    assert.equal(check.verdict, 'cannot-tell');
    assert.match(check.sentence, /a standby server sends nothing/);
  });
});

describe('the first thing named is the cause', () => {
  const both = (theirs: Parameters<typeof fromSecond>[0]): Scenario => ({
    state: 'MASTER',
    heard: [...fromFirst(), ...fromSecond(theirs)],
  });
  const foreign = { passwordMatchesOurs: false, addresses: ['10.0.0.1'] };
  interface Row {
    cause: CheckId;
    verdict?: CheckVerdict;
    scenario: Scenario;
    /** Setting, ours, theirs. */
    values?: (string | undefined)[];
    says: RegExp;
  }
  const rows: Record<string, Row> = {
    'auth_pass differs': {
      cause: 'password',
      scenario: both({ passwordMatchesOurs: false }),
      values: ['auth_pass', undefined, undefined],
      says: /192\.168\.0\.12 uses a different password/,
    },
    'auth against none': {
      cause: 'authentication-type',
      scenario: both(noPassword),
      values: ['auth_type', 'PASS', 'none'],
      says: /192\.168\.0\.12 is none, of this server PASS/,
    },
    'AH against PASS, which logs nothing': {
      cause: 'authentication-type',
      scenario: both({ authentication: 'ah', passwordMatchesOurs: true }),
      values: ['auth_type', 'PASS', 'AH'],
      says: /both become master/,
    },
    'unicast against multicast, which logs nothing': {
      cause: 'unicast-multicast',
      scenario: both({ unicast: true, destination: '192.168.0.11' }),
      values: ['unicast_peer', 'multicast', 'unicast'],
      says: /sends unicast \(to 192\.168\.0\.11\), this server multicast/,
    },
    'multicast against our unicast': {
      cause: 'unicast-multicast',
      scenario: { ...both(noPassword), settings: unicast },
      values: ['unicast_peer', 'unicast', 'multicast'],
      says: /unicast_peer|multicast/,
    },
    'advert_int differs in version 2': {
      cause: 'advertisement-interval',
      scenario: both({ intervalMs: 3000 }),
      values: ['advert_int', '1 s', '3 s'],
      says: /every 3 s, this server every 1 s/,
    },
    'advert_int differs in version 3, which is borne': {
      cause: 'advertisement-interval',
      verdict: 'suspicious',
      scenario: {
        at: 'second',
        state: 'BACKUP',
        settings: version3,
        heard: fromFirst({ ...inVersion3, intervalMs: 500 }),
      },
      values: ['advert_int', '1 s', '0.5 s'],
      says: /the standby follows the master/,
    },
    'another number of addresses': {
      cause: 'virtual-addresses',
      scenario: both({ addresses: ['192.168.0.100', '192.168.0.101'] }),
      values: ['virtual_ipaddress', '192.168.0.100', '192.168.0.100, 192.168.0.101'],
      says: /only 192\.168\.0\.12 has 192\.168\.0\.101/,
    },
    'another address': {
      cause: 'virtual-addresses',
      scenario: both({ addresses: ['192.168.0.105'] }),
      values: ['virtual_ipaddress', '192.168.0.100', '192.168.0.105'],
      says: /only this server has 192\.168\.0\.100, only 192\.168\.0\.12 has 192\.168\.0\.105/,
    },
    'another version': {
      cause: 'vrrp-version',
      scenario: both(inVersion3),
      values: ['version', '2', '3'],
      says: /uses VRRP version 3, this server version 2/,
    },
    'a foreign cluster with our number': {
      cause: 'foreign-cluster',
      scenario: both(foreign),
      values: ['virtual_router_id', '51', '51'],
      says: /another cluster \(10\.0\.0\.1\) that uses virtual router ID 51, too/,
    },
    'a foreign cluster beside our own master, without passwords': {
      cause: 'foreign-cluster',
      scenario: {
        at: 'second',
        state: 'BACKUP',
        settings: withoutPassword,
        heard: [
          ...fromFirst(noPassword),
          ...fromSecond({ ...noPassword, source: '192.168.0.77', addresses: ['10.0.0.1'] }),
        ],
      },
      values: ['virtual_router_id', '51', '51'],
      says: /^192\.168\.0\.77 belongs to another cluster/,
    },
    'another number for our address': {
      cause: 'virtual-router-id',
      scenario: both({ virtualRouterId: 77 }),
      values: ['virtual_router_id', '51', '77'],
      says: /192\.168\.0\.100 under virtual router ID 77, this server has 51/,
    },
    'the same priority': {
      cause: 'same-priority',
      verdict: 'suspicious',
      scenario: { at: 'second', state: 'BACKUP', heard: fromFirst({ priority: 100 }) },
      values: ['priority', '100', '100'],
      says: /the higher IP address wins/,
    },
    'both address owner': {
      cause: 'address-owner',
      scenario: {
        ...both({ priority: 255 }),
        heard: [...fromFirst({ priority: 255 }), ...fromSecond({ priority: 255 })],
        running: { effectivePriority: 255 },
      },
      values: ['priority', '255', '255'],
      says: /neither ever gives way/,
    },
    'a TTL below 255': {
      cause: 'time-to-live',
      scenario: both({ ttl: 64 }),
      values: ['unicast_ttl', '255', '64'],
      says: /TTL of 64 instead of 255/,
    },
    'our own come back with a TTL below 255': {
      cause: 'time-to-live',
      scenario: {
        state: 'MASTER',
        heard: [...fromFirst(), ...fromFirst({ ttl: 254, outgoing: false })],
      },
      values: ['unicast_ttl', '255', '254'],
      says: /own advertisements come back with a TTL of 254/,
    },
    'a wrong checksum': {
      cause: 'checksum',
      scenario: both({ checksumOk: false, checksumForm: undefined }),
      says: /wrong checksum/,
    },
    'the checksum of version 3 made in two ways': {
      cause: 'checksum',
      scenario: {
        state: 'MASTER',
        settings: version3,
        heard: [
          ...fromFirst(inVersion3),
          ...fromSecond({ ...inVersion3, checksumForm: 'message' }),
        ],
      },
      values: ['v3_checksum_as_v2', 'pseudo-header', 'message'],
      says: /without the IP addresses, this server with the IP addresses/,
    },
    'our firewall drops what goes out': {
      cause: 'own-advertisements',
      scenario: {
        state: 'MASTER',
        heard: fromSecond(),
        log: ['(VI_1): send advert error 1 (Operation not permitted)'],
      },
      says: /cannot send its advertisements/,
    },
    'nothing goes out, and no log says why': {
      cause: 'own-advertisements',
      scenario: { state: 'MASTER', heard: fromSecond() },
      says: /for 59 s none of its advertisements has left on eth0/,
    },
    'nothing goes out any more': {
      cause: 'own-advertisements',
      scenario: {
        state: 'MASTER',
        heard: [...fromFirst({}, { to: 20 }), ...fromSecond()],
      },
      says: /for 20 s none of its advertisements has left on eth0/,
    },
    'our firewall drops what comes in': {
      cause: 'advertisements-lost',
      scenario: { at: 'second', state: 'MASTER', heard: [...fromFirst(), ...fromSecond()] },
      says: /^The advertisements of 192\.168\.0\.11 .* this server’s own firewall drops them/,
    },
    'the peer’s firewall drops what comes in there': {
      cause: 'advertisements-lost',
      scenario: { at: 'first', state: 'MASTER', heard: [...fromFirst(), ...fromSecond()] },
      says: /^192\.168\.0\.12 .* does not hear this server/,
    },
    'nobody is heard by a standby': {
      cause: 'silent-peer',
      verdict: 'suspicious',
      scenario: { at: 'second', state: 'BACKUP', heard: [] },
      says: /no server has advertised virtual router ID 51/,
    },
    'a unicast peer that does not answer': {
      cause: 'silent-peer',
      scenario: {
        state: 'MASTER',
        settings: unicast,
        arp: [1, 2, 3].map((second) => ({
          kind: 'arp',
          atMs: toMs - second * 1000,
          interfaceName: 'eth0',
          sourceMac: '02:00:00:00:00:01',
          vlanIds: [],
          outgoing: undefined,
          operation: 'request',
          gratuitous: false,
          probe: false,
          senderMac: '02:00:00:00:00:01',
          senderAddress: '192.168.0.11',
          targetAddress: '192.168.0.12',
        })),
      },
      says: /The unicast peer 192\.168\.0\.12 does not even answer/,
    },
    'the interface is down': {
      cause: 'interface',
      scenario: { state: 'FAULT', link: { up: false, carrier: false } },
      values: ['interface', 'eth0', undefined],
      says: /eth0 is switched off/,
    },
    'the cable is unplugged': {
      cause: 'interface',
      scenario: { state: 'FAULT', link: { carrier: false } },
      says: /eth0 has no carrier/,
    },
    'a script fails': {
      cause: 'tracked-script',
      scenario: {
        state: 'FAULT',
        definitions: 'vrrp_script chk {\n  script "/usr/bin/chk"\n}',
        settings: `${withoutPassword}\n  track_script {\n    chk\n  }`,
        heard: fromSecond(noPassword),
        log: ['Script `chk` now returning 3', 'VRRP_Script(chk) failed (exited with status 3)'],
      },
      says: /The tracked script chk fails/,
    },
  };
  for (const [name, { cause, verdict = 'wrong', scenario, values, says }] of Object.entries(rows)) {
    it(name, () => {
      const [check] = diagnose(inputOf(scenario));
      assert.ok(check);
      assert.deepEqual([check.id, check.verdict], [cause, verdict], check.sentence);
      assert.match(check.sentence, says);
      assert.ok(check.remedy !== undefined && check.remedy.length > 10, 'a remedy');
      const { setting, ours, theirs } = check.about;
      if (values) assert.deepEqual([setting, ours, theirs], values);
    });
  }

  it('and a cause is not mistaken for another: only its consequence is named beside it', () => {
    const consequences = new Set<CheckId>(['split-brain']);
    for (const [name, { cause, scenario }] of Object.entries(rows)) {
      const others = diagnose(inputOf(scenario))
        .filter(({ verdict }) => verdict === 'wrong')
        .filter(({ id }) => id !== cause && !consequences.has(id));
      assert.deepEqual(
        others.map(({ id }) => id),
        [],
        name,
      );
    }
  });

  it('free virtual router IDs are proposed against a foreign cluster', () => {
    const scenario = both(foreign);
    const beside = fromSecond({ virtualRouterId: 52, addresses: ['10.0.0.2'] });
    const heard = [...(scenario.heard ?? []), ...beside];
    const { remedy } = getCheck({ ...scenario, heard }, 'foreign-cluster');
    assert.match(remedy ?? '', /: 53, 54, 55\.$/);
  });
});

const answerOfPeer: CapturedTraffic['arp'][number] = {
  ...{ kind: 'arp', atMs: toMs - 5_000, interfaceName: 'eth0', vlanIds: [] },
  ...{ operation: 'reply', gratuitous: false, sourceMac: '02:00:00:00:00:02' },
  ...{ senderMac: '02:00:00:00:00:02', senderAddress: '192.168.0.12' },
  ...{ targetAddress: '192.168.0.11', probe: false, outgoing: undefined },
};

function unicastMaster(arp: CapturedTraffic['arp'], macAddresses: string[] | undefined): Scenario {
  const toPeer = { ...noPassword, unicast: true, destination: '192.168.0.12' };
  const [probe] = inOrder.addressProbes;
  return {
    ...{ state: 'MASTER', settings: unicast, heard: fromFirst(toPeer), arp },
    changes: macAddresses && probe ? { addressProbes: [{ ...probe, macAddresses }] } : {},
  };
}

describe('two masters at once', () => {
  it('are named with since when', () => {
    const heard = [...fromFirst(), ...fromSecond({ passwordMatchesOurs: false }, { from: 42 })];
    const check = getCheck({ state: 'MASTER', heard }, 'split-brain');
    assert.equal(check.verdict, 'wrong');
    assert.match(
      check.sentence,
      /^For 42 s this server \(192\.168\.0\.11\) and 192\.168\.0\.12 have been master at once/,
    );
    assert.equal(check.evidence[0]?.atMs, toMs - 42_000);
  });

  it('since before listening began say “at least”', () => {
    const check = getCheck(
      { state: 'MASTER', heard: [...fromFirst(), ...fromSecond()] },
      'split-brain',
    );
    assert.match(check.sentence, /^For at least 59 s /);
  });

  it('that have ended are no longer named, nor is their absence proved by silence', () => {
    const heard = [...fromFirst(), ...fromSecond({}, { to: 20 })];
    assert.equal(getCheck({ state: 'MASTER', heard }, 'split-brain').verdict, 'cannot-tell');
  });

  const quiet: [what: string, scenario: Scenario, verdict: CheckVerdict, says: RegExp][] = [
    [
      'a master that hears nobody cannot tell: the other may be cut off and master, too',
      { state: 'MASTER', heard: fromFirst(), changes: inOrder },
      'cannot-tell',
      /those of a server that is cut off do not arrive/,
    ],
    [
      'a standby that hears nobody cannot tell',
      { at: 'second', state: 'BACKUP' },
      'cannot-tell',
      /^No master sends advertisements here\./,
    ],
    [
      'a stopped server that hears nobody cannot tell',
      { at: 'second', state: undefined },
      'cannot-tell',
      /^No master sends advertisements here\./,
    ],
    [
      'a standby that hears the master knows',
      { at: 'second', state: 'BACKUP', heard: fromFirst() },
      'good',
      /^192\.168\.0\.11 is master, and this server is not\.$/,
    ],
    [
      'a master to which the other has just given way knows',
      { state: 'MASTER', heard: [...fromFirst(), ...fromSecond({}, { from: 9, to: 8.5 })] },
      'good',
      /^This server is master\. 192\.168\.0\.12 is there/,
    ],
    [
      'a unicast peer that answers by ARP, while only we answer for the address',
      unicastMaster([answerOfPeer], ['02:00:00:00:00:01']),
      'good',
      /^This server is master\. 192\.168\.0\.12 is there/,
    ],
    [
      'a unicast peer that answers by ARP, but the address was not asked for',
      unicastMaster([answerOfPeer], undefined),
      'cannot-tell',
      /^No other master sends advertisements here/,
    ],
    [
      'a unicast peer that is silent',
      unicastMaster([], ['02:00:00:00:00:01']),
      'cannot-tell',
      /^No other master sends advertisements here/,
    ],
  ];
  for (const [what, scenario, verdict, says] of quiet) {
    it(`one master: ${what}`, () => {
      const check = getCheck(scenario, 'split-brain');
      assert.equal(check.verdict, verdict);
      assert.match(check.sentence, says);
    });
  }

  it('nothing is good for a master that has heard nobody, but what was looked at here', () => {
    const checks = diagnose(inputOf({ state: 'MASTER', heard: fromFirst(), changes: inOrder }));
    assert.deepEqual(
      checks.filter(({ verdict }) => verdict === 'good').map(({ id }) => id),
      [
        ...['interface', 'firewall-in', 'firewall-out', 'kernel-settings', 'address-network'],
        'own-advertisements',
      ],
    );
  });

  it('are found although one sends nothing: it refuses what it hears and waits again each time', () => {
    const scenario: Scenario = {
      at: 'second',
      state: 'MASTER',
      heard: fromFirst({ passwordMatchesOurs: false }),
      running: { lastTransitionAtMs: toMs - 30_000 },
    };
    assert.deepEqual(
      diagnose(inputOf(scenario))
        .filter(({ verdict }) => verdict === 'wrong')
        .map(({ id }) => id),
      ['password', 'split-brain'],
    );
    assert.match(getCheck(scenario, 'own-advertisements').sentence, /restarts its wait/);
  });

  it('does not blame the firewall where an IPv6 peer may be gone', () => {
    const settings = `
      version 3
      virtual_router_id 51
      unicast_peer {
        fe80::12
      }
      virtual_ipaddress {
        fe80::100/64
      }`;
    const check = getCheck({ state: 'MASTER', settings }, 'own-advertisements');
    assert.equal(check.verdict, 'cannot-tell');
    assert.match(check.sentence, /the unicast peer does not answer, or/);
  });

  it('are none while a former master’s account is a few seconds old', () => {
    const input = inputOf({
      at: 'second',
      state: 'MASTER',
      heard: [...fromSecond({}, { to: 8.5 }), ...fromFirst({}, { from: 8 })],
      running: { lastTransitionAtMs: toMs - 70_000 },
    });
    const checks = diagnose({ ...input, runtimeAtMs: toMs - 9000 });
    assert.deepEqual(
      checks.filter(({ verdict }) => verdict === 'wrong'),
      [],
    );
  });

  for (const [at, password] of [
    ['first', 'secret01'],
    ['second', 'other002'],
  ] as const) {
    it(`are found in a capture of two real ones by the ${at}, with the password as the cause`, () => {
      const file = join(import.meta.dirname, '../../../fixtures/captures/v2-pass-split-brain.pcap');
      const context = { interfaceName: 'eth0', passwords: new Map([[51, password]]) };
      const advertisements = parsePcap(readFileSync(file))
        .packets.map((packet) => decodeFrame(packet, context))
        .filter((frame) => frame.kind === 'vrrp');
      const fromMs = advertisements[0]?.atMs ?? 0;
      const endMs = (advertisements.at(-1)?.atMs ?? 0) + 100;
      const settings = `virtual_router_id 51
        authentication {
          auth_type PASS
          auth_pass ${password}
        }
        virtual_ipaddress {
          192.168.0.100/24
          192.168.0.101/24
        }`;
      const checks = diagnose({
        ...inputOf({ at, state: 'MASTER', settings }),
        runtimeAtMs: endMs,
        heard: { fromMs, toMs: endMs, interfaceNames: ['eth0'], advertisements, arp: [] },
      });
      assert.deepEqual(
        checks.filter(({ verdict }) => verdict === 'wrong').map(({ id }) => id),
        ['password', 'split-brain'],
      );
      assert.doesNotMatch(JSON.stringify(checks), /secret01|other002/);
    });
  }
});

describe('what is not known is not judged', () => {
  const machineChecks = new Set<CheckId>([
    ...(['interface', 'kernel-settings', 'address-network', 'duplicate-address'] as const),
    ...(['firewall-in', 'firewall-out'] as const),
    ...(['script-run', 'healthcheck', 'healthcheck-interval'] as const),
    ...(['tracked-script', 'tracked-process'] as const),
  ]);
  const wireChecks = checkIds.filter((id) => !machineChecks.has(id));
  const rows: Record<string, [Scenario, RegExp]> = {
    'nobody listened': [{ state: 'MASTER', changes: { heard: undefined } }, /nobody has listened/],
    'somebody listened elsewhere': [
      { state: 'MASTER', settings: 'virtual_router_id 51\n interface eth1' },
      /nobody has listened on eth1/,
    ],
    'our own addresses are not known': [
      {
        state: 'MASTER',
        heard: [...fromFirst(), ...fromSecond({ passwordMatchesOurs: false })],
        changes: { network: undefined },
      },
      /own addresses are not known/,
    ],
  };
  for (const [name, [scenario, says]] of Object.entries(rows)) {
    it(name, () => {
      for (const id of wireChecks.filter((wire) => wire !== 'advertisements-lost')) {
        const check = getCheck(scenario, id);
        assert.equal(check.verdict, 'cannot-tell', id);
        assert.match(check.sentence, says, id);
      }
      assert.equal(getCheck(scenario, 'advertisements-lost').verdict, 'cannot-tell');
    });
  }

  it('and a moment of listening is too short to miss anybody', () => {
    const input = inputOf({ at: 'second', state: 'BACKUP' });
    const heard = input.heard && { ...input.heard, fromMs: toMs - 2000 };
    const check = diagnose({ ...input, heard }).find(({ id }) => id === 'silent-peer');
    assert.equal(check?.verdict, 'cannot-tell');
    assert.match(check.sentence, /only 2 s/);
  });

  it('a password that was not captured', () => {
    const heard = fromFirst({ passwordMatchesOurs: undefined, truncated: true });
    const scenario: Scenario = { at: 'second', state: 'BACKUP', heard };
    assert.equal(getCheck(scenario, 'password').verdict, 'cannot-tell');
    assert.equal(getCheck(scenario, 'virtual-addresses').verdict, 'cannot-tell');
  });
});

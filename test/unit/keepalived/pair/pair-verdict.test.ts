import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KnownServer, OtherServer } from '../../../../server/keepalived/pair/known-server.ts';
import { judgePair } from '../../../../server/keepalived/pair/pair-verdict.ts';
import type { PairMemory } from '../../../../server/keepalived/pair/pair-verdict.ts';
import type {
  RouterVerdict,
  RouterVerdictKind,
} from '../../../../server/keepalived/pair/router-verdict.ts';
import type {
  InstanceReport,
  ServerReport,
} from '../../../../server/keepalived/pair/server-report.ts';
import { heard, instanceOf, known, notHeard, serverOf } from './reports.ts';
import type { Told } from './reports.ts';

/** The verdict after a state has lasted for a while. */
function settled(servers: readonly KnownServer[]): RouterVerdict[] {
  let memory: PairMemory = new Map();
  for (let nowMs = 0; nowMs <= 60_000; nowMs += 2_000) {
    ({ memory } = judgePair(servers, memory, nowMs));
  }
  return judgePair(servers, memory, 62_000).routers;
}
function only(servers: readonly KnownServer[]): RouterVerdict {
  const [router, ...more] = settled(servers);
  assert.ok(router);
  assert.equal(more.length, 0);
  return router;
}

const states = ['Active', 'Standby', 'Fault', 'Stopped', 'Unknown', 'Alarm', 'Starting'] as const;
const shorts = {
  ...{ N: 'nobody', T: 'two', K: 'unknown', U: 'unprotected', D: 'degraded', P: 'protected' },
} as const satisfies Record<string, RouterVerdictKind>;

/**
 * This server's state down, the other one's across, both in the order of `states`. An alarm here is a
 * MASTER without its address; what is unknown has a kernel that is unknown, too.
 */
const whenHeard = [
  'T P U U K U U',
  'P N N N K N N',
  'U N N N K N N',
  'U N N N K N N',
  'K K K K K K K',
  'U N N N K N N',
  'U N N N K N N',
];
/** Whoever is not heard may serve or stand ready: only what this server sees itself is said. */
const whenNotHeard = ['K', 'K', 'K', 'K', 'K', 'K', 'K'];

describe('the verdict of two servers', () => {
  let rows = 0;
  for (const [down, own] of states.entries()) {
    for (const [across, other] of states.entries()) {
      const short = whenHeard[down]?.split(' ')[across] as keyof typeof shorts;
      rows += 2;
      test(`${own} here, ${other} there and heard: ${shorts[short]}`, () => {
        const router = only(known(serverOf(1, own), heard(serverOf(2, other))));
        assert.equal(router.kind, shorts[short], router.sentence);
        const isCritical = router.kind === 'nobody' || router.kind === 'two';
        assert.equal(router.severity === 'critical', isCritical);
        // The same from the other side.
        const mirrored = only(known(serverOf(2, other), heard(serverOf(1, own))));
        assert.equal(mirrored.kind, router.kind);
        assert.doesNotMatch(router.sentence, /undefined|\?|: \.|;\s*;/);
      });
      test(`${own} here, ${other} there and not heard: nothing that it told is a fact`, () => {
        const router = only(known(serverOf(1, own), notHeard(serverOf(2, other))));
        assert.equal(router.kind, shorts[whenNotHeard[down] as 'K'], router.sentence);
        const isServing = own === 'Active';
        assert.deepEqual(
          router.servedBy.map(({ name }) => name),
          isServing ? ['server1'] : [],
        );
        assert.match(router.sentence, /server2 is not heard/);
        assert.equal(router.sentence.includes('served by server1'), isServing);
        assert.equal(router.readiness.find(({ server }) => !server.isThis)?.level, 'unknown');
      });
    }
  }
  test('has 80 rows or more', () => {
    assert.ok(rows >= 80);
  });
});

type Words = [Told, Partial<ServerReport>?, Partial<InstanceReport>?];
const healthyOwn: Words = ['Active'];
const healthyOther: Words = ['Standby'];

/** What there is beside the states, each with its sentence. */
const details: {
  name: string;
  own?: Words;
  other?: Words;
  kind: RouterVerdictKind;
  says: RegExp;
}[] = [
  {
    name: 'a healthy pair',
    kind: 'protected',
    says: /^192\.168\.0\.100 is served by server1; server2 is ready and takes over in about 3\.6 s after the network loses server1\.$/,
  },
  {
    name: 'version 3, where the skew is of the interval that the master advertises',
    own: ['Active', {}, { version: 3, advertIntervalMs: 200, authentication: 'none' }],
    other: ['Standby', {}, { version: 3, advertIntervalMs: 5_000, authentication: 'none' }],
    kind: 'protected',
    says: /about 0\.7 s/,
  },
  {
    name: 'a standby without start at boot',
    other: ['Standby', { startsOnBoot: false }],
    kind: 'degraded',
    says: /server2 takes over in about 3\.6 s, but keepalived does not start at boot on server2\./,
  },
  {
    name: 'a standby with changes that are not loaded',
    other: ['Standby', { editedSinceLoad: true }],
    kind: 'degraded',
    says: /server2 has changes that are not loaded/,
  },
  {
    name: 'other passwords in files that are loaded at the next reload',
    other: ['Standby', {}, { secretDigests: [{ name: 'auth_pass', digest: 'other' }] }],
    kind: 'degraded',
    says: /the passwords of server1 and server2 differ/,
  },
  {
    name: 'a standby in maintenance',
    other: ['Fault', {}, { isInMaintenance: true }],
    kind: 'unprotected',
    says: /served by server1, but not protected: server2 is in maintenance\.$/,
  },
  {
    name: 'a standby in Fault',
    other: ['Fault'],
    kind: 'unprotected',
    says: /server2 is in Fault: eth0 has no carrier/,
  },
  {
    name: 'no keepalived there',
    other: ['Stopped', { keepalived: { state: 'not-installed' }, instances: [] }],
    kind: 'unprotected',
    says: /keepalived is not installed on server2/,
  },
  {
    name: 'no such instance there',
    other: ['Standby', { instances: [] }],
    kind: 'unprotected',
    says: /server2 has no instance for 192\.168\.0\.100/,
  },
  {
    name: 'a file there that cannot be read',
    other: ['Standby', { instances: [], configurationProblem: 'permission denied' }],
    kind: 'unknown',
    says: /the configuration of server2 can’t be read/,
  },
  {
    name: 'another virtual router ID there',
    other: ['Standby', {}, { virtualRouterId: 52 }],
    kind: 'unprotected',
    says: /server2 has 192\.168\.0\.100 with virtual router ID 52, not 51/,
  },
  {
    name: 'a standby that does not hear what this one sends',
    other: ['Standby', {}, { hears: { priority: 101, silentForMs: 6_000 } }],
    kind: 'unprotected',
    says: /server1 sends, server2 does not hear it/,
  },
  {
    name: 'a standby that waits after its start',
    other: [
      'Standby',
      {},
      { alarms: [{ code: 'startup-delay', severity: 'warning', sentence: '' }] },
    ],
    kind: 'unprotected',
    says: /waits after its start/,
  },
  {
    name: 'a healthcheck that only this page sees failing',
    other: ['Standby', {}, { healthcheck: { url: 'http://a/', words: 'HTTP 503', good: false } }],
    kind: 'degraded',
    says: /the healthcheck of server2 fails: HTTP 503/,
  },
  {
    name: 'a script with a weight that fails there',
    other: [
      'Standby',
      {},
      {
        watched: [
          {
            ...{ kind: 'script', name: 'chk', good: false, detail: '', forcesFault: false },
            ...{ weight: -20, isFailing: true, isLeftOut: false },
          },
        ],
      },
    ],
    kind: 'degraded',
    says: /chk fails on server2, which lowers its priority/,
  },
  {
    name: 'nopreempt there, and a priority here that may fall',
    own: [
      'Active',
      {},
      {
        watched: [
          {
            ...{ kind: 'script', name: 'chk', good: true, detail: '', forcesFault: false },
            ...{ weight: -20, isFailing: false, isLeftOut: false },
          },
        ],
      },
    ],
    other: ['Standby', {}, { nopreempt: true }],
    kind: 'degraded',
    says: /nopreempt is set on server2/,
  },
  {
    name: 'two that refuse each other',
    own: ['Active', {}, { otherMaster: { refusal: 'another password', heardAgoMs: 400 } }],
    other: [
      'Active',
      {},
      { otherMaster: { address: '192.168.0.1', refusal: 'another password', heardAgoMs: 400 } },
    ],
    kind: 'two',
    says: /^server1 and server2 both serve 192\.168\.0\.100: server2 refuses what server1 sends, because it uses another password; server1 refuses/,
  },
  {
    name: 'two that do not hear each other',
    own: ['Active'],
    other: ['Active'],
    kind: 'two',
    says: /server1 sends, server2 does not hear it; server2 sends, server1 does not hear it/,
  },
  {
    name: 'two, of which one way is cut',
    own: ['Active', {}, { otherMaster: { address: '192.168.0.2', heardAgoMs: 300 } }],
    other: ['Active'],
    kind: 'two',
    says: /both serve 192\.168\.0\.100: server1 sends, server2 does not hear it\.$/,
  },
  {
    name: 'two by different virtual router IDs',
    own: ['Active'],
    other: ['Active', {}, { virtualRouterId: 52 }],
    kind: 'two',
    says: /both serve 192\.168\.0\.100/,
  },
  {
    name: 'a third router, which is none of the pair',
    own: ['Standby', {}, { hears: { address: '192.168.0.9', priority: 150, heardWithinMs: 400 } }],
    other: ['Fault'],
    kind: 'unknown',
    says: /is served by 192\.168\.0\.9, as server1 hears, which is no server of this pair/,
  },
  {
    name: 'nobody, and why on each of them',
    own: ['Fault'],
    other: ['Stopped'],
    kind: 'nobody',
    says: /^Nobody serves 192\.168\.0\.100: server1 is in Fault: eth0 has no carrier; keepalived is stopped on server2\.$/,
  },
  {
    name: 'addresses of one router on two servers',
    own: [
      'Alarm',
      {},
      {
        addresses: [
          { cidr: '192.168.0.100/24', held: true },
          { cidr: '192.168.0.101/24', held: false },
        ],
      },
    ],
    other: [
      'Alarm',
      {},
      {
        addresses: [
          { cidr: '192.168.0.100/24', held: false },
          { cidr: '192.168.0.101/24', held: true },
        ],
      },
    ],
    kind: 'unprotected',
    says: /on different servers: server1 serves 192\.168\.0\.100 and server2 serves 192\.168\.0\.101/,
  },
];

describe('beside the states', () => {
  for (const { name, own = healthyOwn, other = healthyOther, kind, says } of details) {
    test(name, () => {
      const [ownState, ownServer, ownInstance] = own;
      const [otherState, otherServer, otherInstance] = other;
      const [router] = settled(
        known(
          serverOf(1, ownState, ownServer, ownInstance),
          heard(serverOf(2, otherState, otherServer, otherInstance)),
        ),
      );
      assert.ok(router);
      assert.match(router.sentence, says);
      assert.equal(router.kind, kind);
    });
  }

  test('not heard, but its advertisements are: that is said, and no more', () => {
    const router = only(known(serverOf(1, 'Standby'), notHeard(serverOf(2, 'Active'))));
    assert.equal(
      router.sentence,
      'Can’t tell who serves 192.168.0.100: server2 is not heard; server1 still hears the advertisements of server2.',
    );
  });

  test('two servers of one name are told apart', () => {
    const twin: Partial<ServerReport> = { hostName: 'debian' };
    const router = only(known(serverOf(1, 'Active', twin), heard(serverOf(2, 'Standby', twin))));
    assert.match(
      router.sentence,
      /served by debian \(this server\); debian \(the other server\) is ready/,
    );
  });

  test('three servers: the fastest takes over, one ready is enough', () => {
    const third = serverOf(3, 'Stopped');
    const router = only(known(serverOf(1, 'Active'), heard(serverOf(2, 'Standby')), heard(third)));
    assert.equal(router.kind, 'protected');
    const both = only(
      known(
        serverOf(1, 'Active'),
        heard(serverOf(3, 'Standby', {}, { hears: undefined })),
        heard(serverOf(2, 'Standby')),
      ),
    );
    assert.match(both.sentence, /server2 is ready and takes over in about 3\.6 s \(then server3\)/);
  });
});

describe('in time', () => {
  const run = (steps: [atMs: number, own: Told, other: OtherServer][]) => {
    let memory: PairMemory = new Map();
    return steps.map(([atMs, own, other]) => {
      const verdict = judgePair(known(serverOf(1, own), other), memory, atMs);
      ({ memory } = verdict);
      return verdict.routers[0]?.kind;
    });
  };
  const standby = serverOf(2, 'Standby');

  test('a switch is no “nobody serves”, however the master was lost', () => {
    assert.deepEqual(
      run([
        [0, 'Active', heard(standby, 0)],
        [100, 'Stopped', heard(standby, 100)],
        [2_000, 'Stopped', heard(standby, 0)],
        [3_700, 'Stopped', heard(standby, 1_700)],
        [3_800, 'Stopped', heard(serverOf(2, 'Active'), 0)],
      ]),
      ['protected', 'switching', 'switching', 'switching', 'unprotected'],
    );
  });

  test('when nobody takes over it is said, by a word from after the wait, and stays said', () => {
    assert.deepEqual(
      run([
        [0, 'Stopped', heard(standby, 0)],
        // The link stalls: its last word is from before the wait was over.
        [4_700, 'Stopped', heard(standby, 4_600)],
        [4_800, 'Stopped', heard(standby, 0)],
        [6_700, 'Stopped', heard(standby, 1_900)],
        [6_800, 'Stopped', heard(serverOf(2, 'Active'), 0)],
      ]),
      ['switching', 'switching', 'nobody', 'nobody', 'unprotected'],
    );
  });

  test('two have it for a moment while it is handed over', () => {
    assert.deepEqual(
      run([
        [0, 'Active', heard(serverOf(2, 'Active'), 0)],
        [1_900, 'Active', heard(serverOf(2, 'Active'), 0)],
        [2_100, 'Active', heard(serverOf(2, 'Active'), 0)],
      ]),
      ['switching', 'switching', 'two'],
    );
  });

  test('a long silence of a third server does not hide that two serve', () => {
    let memory: PairMemory = new Map();
    const servers = known(
      serverOf(1, 'Active'),
      heard(serverOf(2, 'Active')),
      notHeard(serverOf(3, 'Standby'), 86_400_000),
    );
    for (const atMs of [0, 5_000]) ({ memory } = judgePair(servers, memory, atMs));
    assert.equal(judgePair(servers, memory, 6_000).routers[0]?.kind, 'two');
  });
});

describe('which instances are one virtual router', () => {
  const route = (own: InstanceReport[], other: InstanceReport[]) =>
    judgePair(
      known(
        serverOf(1, 'Active', { instances: own }),
        heard(serverOf(2, 'Standby', { instances: other })),
      ),
      new Map(),
      0,
    )
      .routers.map(({ router }) => router.members.map(({ instance }) => instance.name).join('+'))
      .toSorted();
  const other = (changes: Partial<InstanceReport>) =>
    instanceOf(2, 'Standby', { name: 'OTHER', ...changes });

  test('a name is only a hint', () => {
    assert.deepEqual(route([instanceOf(1, 'Active')], [other({})]), ['VI_1+OTHER']);
    assert.deepEqual(
      route([instanceOf(1, 'Active')], [other({ name: 'VI_1', virtualRouterId: 52 })]),
      ['VI_1', 'VI_1'],
    );
  });

  test('one ID in different networks is two routers', () => {
    const elsewhere = other({
      addresses: [{ cidr: '10.0.0.100/24', held: false }],
      advertised: ['10.0.0.100'],
      interfaceAddresses: ['10.0.0.2/24'],
    });
    assert.deepEqual(route([instanceOf(1, 'Active')], [elsewhere]), ['OTHER', 'VI_1']);
    // The same network with another address is one whose address was changed on one server.
    const changed = { ...elsewhere, interfaceAddresses: ['192.168.0.2/24'] };
    assert.deepEqual(route([instanceOf(1, 'Active')], [changed]), ['VI_1+OTHER']);
    // Unicast over a router.
    const unicast = { ...elsewhere, unicastPeers: ['192.168.0.1'] };
    assert.deepEqual(route([instanceOf(1, 'Active')], [unicast]), ['VI_1+OTHER']);
  });

  test('link-local addresses are on each network, host routes on none', () => {
    const v6 = (name: string, own: string, vip: string): InstanceReport => ({
      ...instanceOf(1, 'Active', { name, family: 'inet6' }),
      addresses: [{ cidr: vip, held: false }],
      interfaceAddresses: [own],
    });
    assert.deepEqual(
      route([v6('A', 'fe80::1/64', 'fd00::1/64')], [v6('B', 'fe80::2/64', 'fd11::1/64')]),
      ['A', 'B'],
    );
    assert.deepEqual(
      route([v6('A', 'fd00::9/64', 'fd00::1/64')], [v6('B', 'fe80::2/64', 'FD00:0::1/64')]),
      ['A+B'],
    );
  });

  test('of two instances with one ID, the one with the address', () => {
    const first = instanceOf(1, 'Active');
    const second = instanceOf(1, 'Active', {
      name: 'VI_2',
      addresses: [{ cidr: '192.168.0.200/24', held: true }],
    });
    const their = other({ addresses: [{ cidr: '192.168.0.200/24', held: false }] });
    const theirFirst = other({ name: 'ALSO' });
    assert.deepEqual(route([first, second], [theirFirst, their]), ['VI_1+ALSO', 'VI_2+OTHER']);
  });
});

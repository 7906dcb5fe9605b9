import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findPasswordChanges } from '../../../../server/keepalived/config/password-changes.ts';
import { summarizeConfiguration } from '../../../../server/keepalived/config/questions.ts';
import { masterDownIntervalMs } from '../../../../server/keepalived/foresight/elections/timers.ts';
import type { Foresight } from '../../../../server/keepalived/foresight/foresight-result.ts';
import { foreseeChange } from '../../../../server/keepalived/foresight/foresight.ts';
import { parseConfiguration } from '../../../../server/keepalived/language/tree.ts';
import type { RuntimeInstance, VrrpState } from '../../../../server/keepalived/proof/evidence.ts';

const configuration = `vrrp_instance VI_1 {
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority 100
    advert_int 1
    authentication {
        auth_type PASS
        auth_pass seeded-1
    }
    virtual_ipaddress {
        192.168.0.100/24
    }
}
`;

function runningInstance(state: VrrpState, changes: Partial<RuntimeInstance> = {}) {
  return {
    name: 'VI_1',
    state,
    wantedState: state,
    interfaceName: 'eth0',
    virtualRouterId: 51,
    version: 2,
    basePriority: 100,
    effectivePriority: 100,
    advertIntervalSeconds: 1,
    nopreempt: false,
    lastTransitionAtMs: undefined,
    authentication: 'password',
    addresses: [{ cidr: '192.168.0.100/24', interfaceName: 'eth0', claimedSet: true }],
    statistics: {},
    ...changes,
  } satisfies RuntimeInstance;
}

const master = runningInstance('MASTER');
const backup = runningInstance('BACKUP', { masterPriority: 101 });

function foresee(
  after: string,
  running: RuntimeInstance[] | 'stopped' | 'unknown',
  before = configuration,
  configurationId?: string,
): Foresight {
  const summarize = (text: string) =>
    summarizeConfiguration(parseConfiguration(text, { configurationId }));
  return foreseeChange({
    before: summarize(before),
    after: summarize(after),
    passwordChanges: findPasswordChanges(parseConfiguration(before), parseConfiguration(after)),
    running,
  });
}

const edited = (from: string | RegExp, to: string) => configuration.replace(from, to);

const settingSample = {
  places: new Map(),
  tracked: [],
  virtualRouterId: 51,
  interfaceName: 'eth0',
  priority: 100,
  nopreempt: false,
  authentication: 'none' as const,
  addresses: [],
  advertised: [],
  unicastPeers: [],
  multicastDestination: undefined,
};

describe('the time until a server takes over', () => {
  const times = [
    { version: 2, advertIntervalSeconds: 1, priority: 101, ms: 3605.47 },
    { version: 2, advertIntervalSeconds: 2, priority: 100, ms: 6609.38 },
    // Version 3 scales the skew by the interval.
    { version: 3, advertIntervalSeconds: 0.1, priority: 156, ms: 339.06 },
  ] as const;
  for (const { ms, priority, ...setting } of times) {
    it(`is ${ms} ms for ${JSON.stringify({ ...setting, priority })}`, () => {
      const instance = { ...settingSample, ...setting };
      assert.ok(Math.abs(masterDownIntervalMs(instance, priority) - ms) < 0.01);
    });
  }
});

describe('what will move', () => {
  const rows: {
    title: string;
    after: string;
    running: RuntimeInstance[];
    says: RegExp;
    moves?: 'take' | 'lose';
  }[] = [
    {
      title: 'a healthcheck that changes moves nothing',
      after: `vrrp_script chk {\n script "/usr/bin/true"\n interval 30\n}\n${configuration}`,
      running: [master],
      says: /^No virtual IP will move\.$/,
    },
    {
      title: 'a higher priority than the peer’s takes the address',
      after: edited('priority 100', 'priority 102'),
      running: [backup],
      says: /^This server will take 192\.168\.0\.100 from the peer in about 3\.6 s: its priority 102 is higher than the peer’s 101\.$/,
      moves: 'take',
    },
    {
      title: 'a priority that is not higher than the peer’s does not',
      after: edited('priority 100', 'priority 101'),
      running: [backup],
      says: /^Nothing will move: the peer serves with priority 101, this server will have 101\.$/,
    },
    {
      title: 'what a failing script takes off stays off',
      after: edited('priority 100', 'priority 110'),
      running: [{ ...backup, effectivePriority: 80 }],
      says: /this server will have 90\.$/,
    },
    {
      title: 'nopreempt lets nothing move',
      after: edited('priority 100', 'priority 200\n    nopreempt'),
      running: [backup],
      says: /^Nothing will move: nopreempt is set\.$/,
    },
    {
      title: 'without nopreempt the higher priority takes what it left alone',
      after: configuration,
      running: [{ ...backup, nopreempt: true, masterPriority: 90 }],
      says: /^This server will take 192\.168\.0\.100 from the peer/,
      moves: 'take',
    },
    {
      title: 'a peer that is not heard leaves it open',
      after: edited('priority 100', 'priority 102'),
      running: [runningInstance('BACKUP')],
      says: /in about 3\.6 s, if its priority 102 is higher than the peer’s\.$/,
      moves: 'take',
    },
    {
      title: 'a lower priority gives the address to a peer of a higher one',
      after: edited('priority 100', 'priority 90'),
      running: [master],
      says: /^The peer will take 192\.168\.0\.100 in about 3\.6 s, if its priority is higher than 90/,
      moves: 'lose',
    },
    {
      title: 'a higher priority of the one that serves moves nothing',
      after: edited('priority 100', 'priority 200'),
      running: [master],
      says: /^No virtual IP will move\.$/,
    },
    {
      title: 'the state in the file is not looked at by a reload',
      after: edited('state BACKUP', 'state MASTER'),
      running: [backup],
      says: /^No virtual IP will move\.$/,
    },
    {
      title: 'another name is the same instance',
      after: edited('VI_1', 'VI_X'),
      running: [master],
      says: /^No virtual IP will move\.$/,
    },
    {
      title: 'an address that is not advertised comes at once',
      after: edited(
        /}\n$/,
        '    virtual_ipaddress_excluded {\n        192.168.0.101/24\n    }\n}\n',
      ),
      running: [master],
      says: /^192\.168\.0\.101 will be taken at once/,
    },
    {
      title: 'a new instance takes its address, if nobody has it',
      after: `${configuration}vrrp_instance VI_2 {\n interface eth0\n virtual_router_id 52\n virtual_ipaddress {\n 192.168.0.102/24\n }\n}\n`,
      running: [master],
      says: /^VI_2: This server will take 192\.168\.0\.102 in about 3\.6 s, unless/,
      moves: 'take',
    },
    {
      title: 'the interface by its name is the same place',
      after: edited('0.100/24', '0.100/24 dev eth0'),
      running: [master],
      says: /^No virtual IP will move\.$/,
    },
    {
      title: 'in Fault nothing moves',
      after: edited('priority 100', 'priority 200'),
      running: [runningInstance('FAULT')],
      says: /^This server is in Fault: nothing will move/,
    },
  ];
  for (const { title, after, running, says, moves } of rows) {
    it(title, () => {
      const { sentences, dangers, movements } = foresee(after, running);
      assert.match(sentences.join('\n'), says);
      assert.deepEqual(dangers, []);
      assert.deepEqual(
        movements.map(({ direction }) => direction),
        moves === undefined ? [] : [moves],
      );
    });
  }

  it('nothing, while keepalived is stopped, whatever changes', () => {
    const foresight = foresee(edited('virtual_router_id 51', 'virtual_router_id 52'), 'stopped');
    assert.match(foresight.sentences.join(), /keepalived is stopped: nothing will move/);
    assert.deepEqual(foresight.dangers, []);
  });
});

describe('lines that are for one server, and what is not read', () => {
  const shared = edited(
    '    priority 100',
    '    @server1 priority 101\n    @server2 priority 100',
  ).replace('        192.168.0.100/24', '        @server1 192.168.0.100/24');
  const running = [{ ...master, basePriority: 101, effectivePriority: 101 }];

  it('an @ line of this server counts, one of another does not', () => {
    const comment = `# only a comment\n${shared}`;
    const same = foresee(comment, running, shared, 'server1');
    assert.deepEqual([same.sentences, same.dangers], [['No virtual IP will move.'], []]);
    const lower = foresee(shared.replace('101', '50'), running, shared, 'server1');
    assert.match(lower.sentences.join(), /^The peer will take 192\.168\.0\.100/);
    const others = foresee(
      shared.replace('server2 priority 100', 'server2 priority 1'),
      running,
      shared,
      'server1',
    );
    assert.deepEqual(others.sentences, ['No virtual IP will move.']);
  });

  it('without the name of this server they are taken to stay as they run', () => {
    const { sentences, dangers } = foresee(`# a comment\n${shared}`, running, shared);
    assert.deepEqual(dangers, []);
    assert.match(
      sentences.join('\n'),
      /^No virtual IP will move\.\nThis is foreseen from the text of VI_1 alone/,
    );
  });

  it('so is what an include in the instance says', () => {
    const before = edited('        192.168.0.100/24', '        include addresses.conf');
    const { dangers } = foresee(`# a comment\n${before}`, [master], before);
    assert.deepEqual(dangers, []);
    const added = foresee(
      before.replace('include addresses.conf', 'include addresses.conf\n        192.168.0.101/24'),
      [master],
      before,
    );
    assert.match(added.sentences.join('\n'), /^192\.168\.0\.101 will be taken at once/);
    assert.doesNotMatch(added.dangers.join(), /releases/);
  });
});

describe('what is dangerous', () => {
  const splits: [title: string, after: string, names: RegExp][] = [
    [
      'virtual_router_id',
      edited('router_id 51', 'router_id 52'),
      /^The virtual router ID changes from 51 to 52/,
    ],
    ['the interface', edited('eth0', 'eth1'), /^The interface changes from eth0 to eth1/],
    ['advert_int', edited('advert_int 1', 'advert_int 2'), /interval changes from 1 s to 2 s/],
    ['the version', edited('advert_int 1', 'version 3'), /VRRP version changes from 2 to 3/],
    ['the password', edited('seeded-1', 'another1'), /^The password changes/],
    ['authentication', edited('PASS', 'AH'), /^The authentication changes from PASS to AH/],
    [
      'a second address',
      edited('192.168.0.100/24', '192.168.0.100/24\n192.168.0.101/24'),
      /changes from 192\.168\.0\.100 to 192\.168\.0\.100 and 192\.168\.0\.101/,
    ],
    [
      'unicast',
      edited('priority', 'unicast_peer {\n192.168.0.20\n}\npriority'),
      /^The way of advertising changes from multicast to unicast/,
    ],
  ];
  for (const [title, after, names] of splits) {
    for (const [role, running] of [
      ['serves', [master]],
      ['stands by', [backup]],
      ['tells nothing', 'unknown'],
    ] as const) {
      it(`${title}, of a server that ${role}`, () => {
        const dangers = foresee(
          after,
          typeof running === 'string' ? running : [...running],
        ).dangers;
        assert.equal(dangers.length, 1);
        assert.match(dangers[0] ?? '', names);
        assert.match(dangers[0] ?? '', /both will serve 192\.168\.0\.100 \(split brain\)/);
        assert.doesNotMatch(JSON.stringify(dangers), /seeded-1|another1/);
      });
    }
  }

  it('a server that stands by takes the address as well', () => {
    const foresight = foresee(edited('seeded-1', 'another1'), [backup]);
    assert.match(
      foresight.sentences.join(),
      /will take .* because it no longer receives from the peer/,
    );
    assert.equal(foresight.movements[0]?.direction, 'take');
  });

  it('characters of a password that VRRP does not carry change nothing', () => {
    assert.deepEqual(foresee(edited('seeded-1', 'seeded-123'), [master]).dangers, []);
  });

  it('version 3 knows no password, and its servers agree on the interval', () => {
    const before = edited('advert_int 1', 'advert_int 1\n    version 3');
    const after = before.replace('advert_int 1', 'advert_int 2').replace('seeded-1', 'another1');
    assert.deepEqual(foresee(after, [{ ...master, version: 3 }], before).dangers, []);
  });

  it('what keepalived runs counts, not a file that it has not loaded', () => {
    const notLoaded = edited('router_id 51', 'router_id 52');
    assert.match(foresee(notLoaded, [master], notLoaded).dangers.join(), /from 51 to 52/);
  });

  it('an address that is replaced is given up', () => {
    const { sentences, dangers } = foresee(edited('0.100/24', '0.101/24'), [master]);
    assert.match(sentences.join(), /192\.168\.0\.100 will be released and 192\.168\.0\.101 taken/);
    assert.match(dangers.join('\n'), /^This server releases 192\.168\.0\.100, which it serves now/);
    assert.match(
      dangers.join('\n'),
      /one will serve 192\.168\.0\.100 and the other 192\.168\.0\.101/,
    );
  });

  it('an address on another interface is out of reach, and no peer takes over', () => {
    const { sentences, dangers } = foresee(edited('0.100/24', '0.100/24 dev lo'), [master]);
    assert.deepEqual(sentences, ['192.168.0.100 will be taken off eth0 and put on lo.']);
    assert.match(dangers.join('\n'), /^192\.168\.0\.100 moves from eth0 to lo: clients that reach/);
    assert.deepEqual(foresee(edited('0.100/24', '0.100/24 dev lo'), [backup]).dangers, []);
  });

  it('where keepalived has it counts, not a file that it has not loaded', () => {
    const notLoaded = edited('0.100/24', '0.100/24 dev lo');
    assert.match(foresee(notLoaded, [master], notLoaded).dangers.join(), /moves from eth0 to lo/);
  });

  it('another scope alone takes an address away', () => {
    const { dangers } = foresee(edited('0.100/24', '0.100/24 scope link'), [master]);
    assert.match(dangers.join('\n'), /^The scope of 192\.168\.0\.100 changes from global to link/);
  });

  it('what holds this server in Fault may go with the change', () => {
    const edits = edited(/}\n$/, '    track_file {\n        maintenance_VI_1 weight 1\n    }\n}\n');
    const before = `track_file maintenance_VI_1 {\n    file /tmp/m\n}\n${edits}`;
    const running = [runningInstance('FAULT')];
    const { sentences, dangers } = foresee(configuration, running, before);
    assert.match(
      sentences.join(),
      /^This server is in Fault\. If the cause is “track_file maintenance_VI_1 weight 1”, .* take 192\.168\.0\.100 in about 3\.6 s/,
    );
    assert.match(dangers.join(), /if it holds this server in maintenance, that ends/);
    assert.match(foresee(before, running, before).sentences.join(), /nothing will move/);
    assert.match(
      foresee(edited('eth0', 'eth1'), running).sentences.join(),
      /If the cause is its interface or virtual router ID/,
    );
  });

  it('an instance that is removed gives up what it serves, and only that', () => {
    const without = 'global_defs {\n}\n';
    assert.match(
      foresee(without, [master]).dangers.join(),
      /this server releases 192\.168\.0\.100/,
    );
    const standby = foresee(without, [backup]);
    assert.deepEqual(standby.dangers, []);
    assert.match(standby.sentences.join(), /no longer stand by for 192\.168\.0\.100/);
  });

  it('an include that is removed may take an instance with it', () => {
    const before = `include extra.conf\n${configuration}`;
    assert.match(foresee(configuration, [master], before).dangers.join(), /include extra\.conf/);
    assert.deepEqual(foresee(before, [master]).dangers, []);
  });

  it('another virtual router ID releases the address first', () => {
    const { sentences, movements } = foresee(edited('router_id 51', 'router_id 52'), [master]);
    assert.match(sentences.join(), /released at once; this server will take .* after about 3\.6 s/);
    assert.equal(movements[0]?.direction, 'take');
  });
});

// Measured, 2.2.7: with use_vmac added to a master it sends priority 0, and takes the address 3.6 s later.
describe('a virtual interface (use_vmac)', () => {
  const withVmac = edited('interface eth0', 'interface eth0\n    use_vmac eth0v51v4');
  const onVmac = runningInstance('MASTER', {
    ...{ interfaceName: 'eth0v51v4', virtualInterfaceName: 'eth0v51v4' },
    addresses: [{ cidr: '192.168.0.100/24', interfaceName: 'eth0v51v4', claimedSet: true }],
  });

  it('with any name moves nothing where it stays', () => {
    const { sentences, dangers } = foresee(
      withVmac.replace('advert_int 1', 'advert_int 1\n    garp_master_delay 3'),
      [onVmac],
      withVmac,
    );
    assert.deepEqual([sentences, dangers], [['No virtual IP will move.'], []]);
    const found = { ...onVmac, virtualInterfaceName: 'found' };
    assert.deepEqual(foresee(withVmac, [found], withVmac).dangers, []);
  });

  it('that comes or goes has a master give the address up', () => {
    for (const [before, after, running] of [
      [configuration, withVmac, master],
      [withVmac, configuration, onVmac],
      [withVmac, withVmac, master],
    ] as const) {
      const { sentences, dangers } = foresee(after, [running], before);
      const [sentence = ''] = sentences;
      assert.match(sentence, /^192\.168\.0\.100 will be released at once; this server will take/);
      assert.match(
        dangers.join(),
        /another virtual interface .* releases 192\.168\.0\.100 at once/,
      );
    }
    assert.deepEqual(foresee(withVmac, [backup]).dangers, []);
  });

  it('that is made again takes the address with it; one that is found does not', () => {
    const dangersOf = (from: string, to: string, run = onVmac): string =>
      foresee(
        edited('interface eth0', `interface eth0\n    ${to}`),
        [run],
        edited('interface eth0', `interface eth0\n    ${from}`),
      ).dangers.join();
    const named = 'use_vmac eth0v51v4';
    assert.match(dangersOf(named, 'use_vmac other'), /\(eth0v51v4 now, then other\)/);
    assert.match(dangersOf(named, `${named} 02:00:00:00:00:07`), /MAC address of its virtual/);
    assert.match(dangersOf(named, 'use_ipvlan eth0v51v4 10.0.0.7'), /kind of virtual interface/);
    assert.match(dangersOf(named, `${named}\n    use_vmac_addr`), /use_vmac_addr/);
    assert.equal(dangersOf(named, 'use_vmac'), '');
    assert.match(dangersOf('', 'use_vmac_addr', master), /another use_vmac_addr/);
  });

  it('another prefix length or label takes an address off and puts it on again', () => {
    for (const entry of ['0.100/32', '0.100/24 label eth0:1']) {
      const { sentences, dangers } = foresee(edited('0.100/24', entry), [master]);
      assert.match(
        sentences.join(),
        /^192\.168\.0\.100 will be taken off and put on again at once/,
      );
      assert.match(dangers.join(), /puts it on again, so that nobody serves it for a moment/);
    }
    assert.deepEqual(foresee(edited('0.100/24', '0.100/32'), [backup]).dangers, []);
  });

  it('another multicast group for all is one for each, and the default one is no other', () => {
    const withGroup = (address: string): string =>
      `global_defs {\n vrrp_mcast_group4 ${address}\n}\n${configuration}`;
    const { sentences, dangers } = foresee(withGroup('224.0.0.19'), [master]);
    assert.match(sentences.join(), /^192\.168\.0\.100 will be released at once/);
    assert.match(dangers.join(), /from multicast to multicast to 224\.0\.0\.19.*split brain/);
    assert.deepEqual(foresee(withGroup('224.0.0.18'), [master]).dangers, []);
  });

  it('another source of unicast makes another router too', () => {
    const unicast = (source: string): string =>
      edited('interface eth0', `interface eth0\n${source}    unicast_peer {\n 10.0.0.2\n }`);
    const from = (address: string): string => unicast(`    unicast_src_ip ${address}\n`);
    const { dangers } = foresee(from('10.0.0.3'), [master], from('10.0.0.1'));
    assert.match(
      dangers.join(),
      /With another unicast_src_ip .* releases 192\.168\.0\.100 at once/,
    );
    assert.deepEqual(foresee(from('10.0.0.1'), [master], from('10.0.0.1')).dangers, []);
  });
});

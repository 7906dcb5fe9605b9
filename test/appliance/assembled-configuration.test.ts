/** What is read of a configuration in several files, against what the real keepalived makes of it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { after, before } from 'node:test';
import type { Appliance } from '../../server/appliance/appliance.ts';
import { createAppliance } from '../../server/appliance/create-appliance.ts';
import { getAddress } from '../../server/keepalived/addresses/address-places.ts';
import { normalizeAddress } from '../../server/keepalived/addresses/addresses.ts';
import type { ConfiguredInstance } from '../../server/keepalived/config/questions.ts';
import type { RuntimeInstance } from '../../server/keepalived/proof/evidence.ts';
import { parseProgramOptions } from '../../server/program-options.ts';
import { readLiveConfiguration } from '../../server/state/live-configuration.ts';
import { askUntil, end, preparePrivateMachine, startKeepalived } from './private-keepalived.ts';
import { inPrivateNamespaces } from './private-namespaces.ts';

const folder = '/etc/keepalived';
const cases = `${process.cwd()}/test/fixtures/cases`;
/** Those of the cases that keepalived runs as they are, with the interfaces of this test. */
const startingHere = [
  ...['c05-ansible-syncgroup', 'c09-conditional', 'c10-include-in-instance', 'c11-include-vips'],
  ...['c17-state-slave', 'c18-one-line-blocks', 'c28-env-defs', 'c30-empty-vip-excluded'],
  'c31-group-one-line',
];
const instance = (name: string, id: number, inside: string): string =>
  `vrrp_instance ${name} {\n  interface eth0\n  virtual_router_id ${id}\n${inside}\n}\n`;
const address = (last: number): string => `virtual_ipaddress {\n    192.168.7.${last}/24\n  }`;

/** Brothers of the cases: other ways by which a part of a block may stand in another file. */
const brothers: Record<string, Record<string, string>> = {
  'a block that opens in one file and ends in another': {
    'keepalived.conf': 'include begin.inc\n  priority 77\n  include end.inc\n',
    'begin.inc': 'vrrp_instance A {\n  interface eth0\n  virtual_router_id 1\n',
    'end.inc': `  ${address(1)}\n}\n${instance('B', 2, address(2))}`,
  },
  'definitions of one file that name another': {
    'keepalived.conf': `include defs.inc\n${instance('A', 1, '  include ${SUB}/prio.inc\n  $VIPS')}`,
    'defs.inc': `$SUB=sub\n$P=33\n$VIPS= \\\n  virtual_ipaddress { \\\n  192.168.7.9/24 \\\n  }\n\n`,
    'sub/prio.inc': 'include deeper/state.inc\npriority ${P}\n',
    'sub/deeper/state.inc': 'state MASTER\n',
  },
  'the last word is in the included file, or behind it': {
    'keepalived.conf': [
      instance('A', 1, `  priority 10\n  include prio.inc\n  ${address(1)}`),
      instance('B', 2, `  include prio.inc\n  priority 10\n  ${address(2)}`),
    ].join(''),
    'prio.inc': 'priority 200\nstate BACKUP\nadvert_int 3\nnopreempt\n',
  },
  'several includes by one definition, the last of which is read first': {
    'keepalived.conf': `$BOTH= \\\n include one.inc \\\n include two.inc\n\n${instance('A', 1, `  $BOTH\n  ${address(1)}`)}`,
    'one.inc': 'priority 11\n',
    'two.inc': 'priority 22\n',
  },
  'a template, used twice': {
    'keepalived.conf':
      '$N=A\n$ID=1\ninclude template.inc\n$N=B\n$ID=2\ninclude template.inc\n' +
      'vrrp_sync_group G {\n  group {\n    A B\n  }\n}\n',
    'template.inc': instance('$N', 0, '').replace(
      'virtual_router_id 0\n\n}',
      `virtual_router_id \${ID}\n  virtual_ipaddress {\n    192.168.7.\${ID}/24\n  }\n  include tail.inc\n}`,
    ),
    'tail.inc': 'priority 44\n',
  },
  'a file that is not there, one that may be executed, and a pattern that names nothing': {
    'keepalived.conf': instance(
      'A',
      1,
      `  include gone.inc\n  include run.inc\n  include none/*.inc\n  ${address(1)}`,
    ),
    'run.inc': 'priority 99\n',
  },
};

if (inPrivateNamespaces(import.meta.url)) {
  let appliance: Appliance;
  before(async () => {
    preparePrivateMachine();
    for (const name of ['eth1', 'eth2', 'eth3']) {
      execFileSync('ip', ['link', 'add', name, 'type', 'veth', 'peer', 'name', `${name}-peer`]);
      for (const end of [name, `${name}-peer`]) execFileSync('ip', ['link', 'set', end, 'up']);
    }
    execFileSync('ip', ['address', 'add', '192.168.0.10/24', 'dev', 'eth0']);
    appliance = await createAppliance(
      parseProgramOptions({ WAI_SERVICE_MANAGER: 'supervised', WAI_KEEPALIVED_ARGS: '-i high' }),
    );
  });
  after(() => appliance.close());

  /** What we read and what keepalived, started with it, says that it runs. */
  async function compare(words: string[] = []) {
    const daemon = startKeepalived(words);
    try {
      const runtime = await askUntil(
        () => appliance.readRuntime(),
        (report) => report.ok && report.instances.length > 0,
        20_000,
      );
      const live = await readLiveConfiguration(appliance);
      assert.ok(runtime.ok && live.ok, JSON.stringify({ runtime, live }));
      assert.equal(live.summary.hasUnreadBlocks, undefined);
      const { instances } = live.summary;
      assert.deepEqual(instances.map(describeConfigured), runtime.instances.map(describeRunning));
      const tracking = await askUntil(
        () => appliance.readTracking(),
        (report) => report.ok,
        20_000,
      );
      return { summary: live.summary, tracking };
    } finally {
      await end(daemon);
    }
  }

  const describeConfigured = (one: ConfiguredInstance) => ({
    name: one.name,
    hasUnreadParts: one.hasUnreadParts ?? false,
    state: one.initialState,
    virtualRouterId: one.virtualRouterId,
    priority: one.priority,
    advertIntervalSeconds: one.advertIntervalSeconds,
    nopreempt: one.nopreempt,
    addresses: one.addresses.map(({ address: cidr }) => normalizeAddress(cidr)).sort(),
  });
  const describeRunning = (one: RuntimeInstance) => ({
    name: one.name,
    hasUnreadParts: false,
    state: wantedAtStart(one),
    virtualRouterId: one.virtualRouterId,
    priority: one.basePriority,
    advertIntervalSeconds: one.advertIntervalSeconds,
    nopreempt: one.nopreempt,
    addresses: one.addresses.map(getAddress).sort(),
  });
  const wantedAtStart = ({ name }: RuntimeInstance) => expectedStates.get(name) ?? 'BACKUP';
  let expectedStates = new Map<string, 'MASTER' | 'BACKUP'>();

  const isCalled =
    (wanted: string) =>
    ({ name }: { name: string }): boolean =>
      name === wanted;

  function place(files: Record<string, string>): void {
    rmFolder();
    for (const [name, text] of Object.entries(files)) {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text, { mode: name === 'run.inc' ? 0o755 : 0o640 });
    }
  }
  function rmFolder(): void {
    for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
  }

  for (const [name, files] of Object.entries(brothers)) {
    test(name, async () => {
      place(files);
      expectedStates = new Map(name.startsWith('definitions') ? [['A', 'MASTER']] : []);
      await compare();
    });
  }

  const masters = ['Local_IPv4', 'EXT', 'INT', 'external', 'internal', 'VI_1'];
  for (const name of startingHere) {
    test(name, async () => {
      rmFolder();
      cpSync(join(cases, name), folder, { recursive: true });
      expectedStates = new Map(masters.map((one) => [one, 'MASTER']));
      const { summary, tracking } = await compare(['-i', 'high']);
      assert.ok(tracking.ok);
      for (const one of summary.instances) {
        const scripts: string[] = tracking.items
          .filter(({ kind, instances }) => kind === 'script' && instances.some(isCalled(one.name)))
          .map((item) => item.name);
        assert.deepEqual(one.trackedScripts, scripts, one.name);
      }
    });
  }
}

/** What becomes evidence of what the machine answers, how old it is, and what is forgotten. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Appliance, ServiceReport } from '../../../server/appliance/appliance.ts';
import type {
  AddressChange,
  DaemonProcess,
  NetworkReport,
  RuntimeReport,
  TrackingReport,
} from '../../../server/keepalived/proof/evidence.ts';
import { noLogEvidence } from '../../../server/keepalived/runtime/log/log-evidence.ts';
import { parseLogLine } from '../../../server/keepalived/runtime/log/log-lines.ts';
import { createEvidenceCollector } from '../../../server/state/evidence-collector.ts';
import { createSampleMachine, sampleRuntime } from '../operations/sample-machine.ts';

const configuration = `vrrp_script chk {
    script "/usr/bin/curl --fail http://127.0.0.1:8080/healthcheck"
}
vrrp_script unused {
    script "/usr/bin/unused"
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    virtual_ipaddress {
        192.168.0.100/24
    }
    track_interface {
        eth2
    }
    track_script {
        chk
    }
}
`;
const running: DaemonProcess = {
  ...{ state: 'running', pid: 100, startedAtMs: 0, version: '2.2.7' },
  ...{ vrrpPid: 101, childPids: [101] },
};
const stopped: DaemonProcess = { state: 'stopped', stalePidFile: undefined, leftChildPids: [] };
const unknown: DaemonProcess = { state: 'unknown', reason: 'no right' };
const wallStartMs = Date.parse('2026-11-24T14:00:00Z');
const lineAt = (atMs: number, message: string) =>
  parseLogLine(`${new Date(atMs).toISOString()} server1 Keepalived_vrrp[101]: ${message}`, atMs);
const refused = 'Netlink: error: Operation not permitted(1), type=RTM_NEWADDR(20), seq=1, pid=0';
const link = (name: string, ...addresses: string[]) => ({
  ...{ name, macAddress: undefined, up: true, carrier: true },
  addresses: addresses.map((address) => ({ family: 'inet' as const, address, prefixLength: 24 })),
});
const network = (...links: ReturnType<typeof link>[]): NetworkReport => ({
  ok: true,
  interfaces: links,
});
const change = (kind: AddressChange['kind'], interfaceName: string, address: string) => ({
  ...{ kind, interfaceName, address: { family: 'inet' as const, address, prefixLength: 24 } },
});

/** A machine of which a test says what it answers, and a clock that only a test moves. */
function createScene({ text = configuration }: { text?: string } = {}) {
  const sample = createSampleMachine(text, [sampleRuntime()]);
  const answers = {
    daemon: running,
    runtime: { ok: true, source: 'json', instances: [sampleRuntime()] } as RuntimeReport,
    tracking: { ok: true, items: [] } as TrackingReport,
    network: network(link('eth0', '192.168.0.10'), link('eth1'), link('eth2')),
    services: [] as ServiceReport[],
    blindSpots: [] as string[],
    modifiedAtMs: 0,
    isFileThere: true,
    reloads: [] as ReturnType<typeof lineAt>[],
  };
  let nowMs = 1_000;
  let told = 0;
  const asked: string[] = [];
  let beforeNetwork: () => void = () => undefined;
  const appliance: Partial<Appliance> = {
    ...sample,
    listConfigurationFiles: () =>
      answers.isFileThere ? sample.listConfigurationFiles() : Promise.resolve([]),
    async readConfigurationFile(id) {
      const content = await sample.readConfigurationFile(id);
      return content.ok ? { ...content, modifiedAtMs: answers.modifiedAtMs } : content;
    },
    readDaemon: () => Promise.resolve(answers.daemon),
    readRuntime: () => Promise.resolve(answers.runtime),
    readTracking: () => Promise.resolve(answers.tracking),
    readNetwork() {
      const { network: found } = answers;
      beforeNetwork();
      return Promise.resolve(found);
    },
    readServices: () => Promise.resolve(answers.services),
    readBlindSpots: () => Promise.resolve(answers.blindSpots),
    readLog: () =>
      Promise.resolve({
        ...{ ok: true, source: '', reachedStart: true, newest: '' },
        lines: answers.reloads,
      }),
    probeHealthcheck({ url }) {
      asked.push(url);
      return Promise.resolve({ url, outcome: { kind: 'ok', httpStatus: 200 }, durationMs: 3 });
    },
    findScriptObstacle(file) {
      asked.push(file);
      return Promise.resolve(file.endsWith('curl') ? 'it is not there' : undefined);
    },
  };
  const collector = createEvidenceCollector({
    appliance: appliance as Appliance,
    clock: { monotonicMs: () => nowMs, wallMs: () => wallStartMs + nowMs },
    onChange: () => (told += 1),
  });
  return {
    ...{ answers, asked, collector },
    evidence: () => collector.evidence(),
    at: (ms: number) => (nowMs = ms),
    timesTold: () => told,
    whileNetworkIsAsked: (what: () => void) => (beforeNetwork = what),
  };
}

describe('the daemon', () => {
  test('that ends takes with it what its log told; one that nobody can look at does not', async () => {
    for (const [daemon, isKept] of [
      [running, true],
      [unknown, true],
      [stopped, false],
    ] as const) {
      const { collector, answers, evidence } = createScene();
      collector.noteLines([lineAt(wallStartMs, refused)]);
      assert.notEqual(evidence().log.addressRefusal, undefined);
      answers.daemon = daemon;
      await collector.askDaemon();
      assert.equal(evidence().log !== noLogEvidence, isKept, daemon.state);
    }
  });

  test('that does not run is asked for no account', async () => {
    const { collector, answers, evidence } = createScene();
    answers.daemon = stopped;
    await collector.askRuntime();
    await collector.askTracking();
    assert.deepEqual([evidence().runtime, evidence().tracking], [undefined, undefined]);
  });

  test('that failed to answer, but not by silence, does not hang', async () => {
    const { collector, answers, evidence } = createScene();
    answers.runtime = { ok: false, reason: 'It has no room for a dump.' };
    await collector.askRuntime();
    await collector.askRuntime();
    assert.equal(evidence().isSilent, false);
    assert.equal(evidence().runtime?.value, answers.runtime);
  });
});

describe('keepalived’s account', () => {
  test('is as old as the question, and says since when the states are the same', async () => {
    const { collector, answers, evidence, at } = createScene();
    const sinceMs = async (ms: number, state: 'MASTER' | 'BACKUP', name = 'VI_1') => {
      at(ms);
      answers.runtime = {
        ...{ ok: true, source: 'json' },
        instances: [sampleRuntime({ state, name }), sampleRuntime({ name: 'VI_2' })],
      };
      await collector.askRuntime();
      assert.equal(evidence().lastAccountAtMs, ms);
      return evidence().statesSinceMs;
    };
    assert.equal(await sinceMs(2_000, 'MASTER'), 2_000);
    assert.equal(await sinceMs(3_000, 'MASTER'), 2_000);
    assert.equal(await sinceMs(4_000, 'BACKUP'), 4_000);
    assert.equal(await sinceMs(5_000, 'BACKUP', 'VI_3'), 5_000);
  });

  test('has its counters compared with those before: what is received, and from whom', async () => {
    const { collector, answers, evidence, at } = createScene();
    for (const [ms, received] of [
      [2_000, 1],
      [3_000, 5],
      [4_000, 5],
    ] as const) {
      at(ms);
      const statistics = { advert_rcvd: received };
      const backup = { state: 'BACKUP' as const, name: 'VI_2', masterPriority: 100 };
      answers.runtime = {
        ...{ ok: true, source: 'json' },
        instances: [sampleRuntime({ statistics }), sampleRuntime({ statistics, ...backup })],
      };
      await collector.askRuntime();
    }
    assert.deepEqual(evidence().masterContacts?.get('VI_2'), {
      ...{ heardAfterMs: 2_000, countedAtMs: 3_000 },
    });
    assert.equal(evidence().log.otherMasters.get('VI_1')?.atMs, 3_000);
  });

  test('of what it watches outlives a later failure, and replaces an earlier one', async () => {
    const { collector, answers, evidence } = createScene();
    await collector.askDaemon();
    const failed: TrackingReport = { ok: false, reason: 'no dump' };
    answers.tracking = failed;
    await collector.askTracking();
    assert.equal(evidence().tracking?.value, failed);
    const good: TrackingReport = { ok: true, items: [] };
    answers.tracking = good;
    await collector.askTracking();
    assert.equal(evidence().tracking?.value, good);
    answers.tracking = failed;
    await collector.askTracking();
    assert.equal(evidence().tracking?.value, good);
  });
});

describe('the network', () => {
  test('tells whether something of keepalived’s changed', async () => {
    const { collector, answers } = createScene();
    await collector.askConfiguration();
    assert.equal(await collector.askNetwork(), true, 'it is known for the first time');
    assert.equal(await collector.askNetwork(), false);
    const ask = (...links: ReturnType<typeof link>[]) => {
      answers.network = network(...links);
      return collector.askNetwork();
    };
    const [eth0, eth1, eth2] = [link('eth0', '192.168.0.10'), link('eth1'), link('eth2')];
    assert.equal(await ask(eth0, { ...eth1, up: false }, eth2), false, 'it is not keepalived’s');
    assert.equal(await ask(eth0, eth1, { ...eth2, carrier: false }), true, 'it is tracked');
    assert.equal(await ask(link('eth0'), eth1, { ...eth2, carrier: false }), true);
    answers.network = { ok: false, reason: 'ip failed' };
    assert.equal(await collector.askNetwork(), true);
    assert.equal(await collector.askNetwork(), false);
  });

  test('counts what runs, too: the file may be another by now', async () => {
    const { collector, answers } = createScene({ text: '' });
    answers.runtime = {
      ...{ ok: true, source: 'json' },
      instances: [
        sampleRuntime({ interfaceName: 'eth1', addresses: [] }),
        sampleRuntime({ name: 'VI_2', interfaceName: 'eth2', addresses: [] }),
      ],
    };
    await collector.askConfiguration();
    await collector.askRuntime();
    await collector.askNetwork();
    const ask = (...links: ReturnType<typeof link>[]) => {
      answers.network = network(...links);
      return collector.askNetwork();
    };
    assert.equal(await ask(link('eth0'), link('eth1', '10.0.0.1'), link('eth2')), true);
    assert.equal(await ask(link('eth0'), link('eth1', '10.0.0.1'), link('eth2', '10.0.1.1')), true);
    assert.equal(await ask(link('eth1', '10.0.0.1'), link('eth2', '10.0.1.1')), false);
  });

  test('takes what the kernel told, at the age of its account', async () => {
    const { collector, evidence, at, timesTold } = createScene();
    const added = change('added', 'eth0', '192.168.0.100');
    assert.equal(collector.noteAddressChanges([added]), false, 'nothing is known yet');
    assert.equal(timesTold(), 0);
    await collector.askConfiguration();
    await collector.askNetwork();
    const before = timesTold();
    at(9_000);
    assert.equal(collector.noteAddressChanges([]), false);
    assert.equal(timesTold(), before);
    assert.equal(collector.noteAddressChanges([added]), true);
    assert.equal(collector.noteAddressChanges([change('added', 'eth1', '10.0.0.1')]), false);
    const seen = evidence().network;
    assert.equal(seen?.atMs, 1_000);
    const addresses =
      seen.value.ok &&
      seen.value.interfaces.map(({ addresses: all }) => all.map(({ address }) => address));
    assert.deepEqual(addresses, [['192.168.0.10', '192.168.0.100'], ['10.0.0.1'], []]);
  });

  test('keeps what the kernel told while it was asked, and only that', async () => {
    const { collector, evidence, whileNetworkIsAsked } = createScene();
    await collector.askNetwork();
    const addressesOf = () => {
      const seen = evidence().network?.value;
      assert.ok(seen?.ok);
      return seen.interfaces[0]?.addresses.map(({ address }) => address);
    };
    whileNetworkIsAsked(() => {
      collector.noteAddressChanges([change('added', 'eth0', '192.168.0.100')]);
    });
    await collector.askNetwork();
    assert.deepEqual(addressesOf(), ['192.168.0.10', '192.168.0.100']);
    whileNetworkIsAsked(() => undefined);
    await collector.askNetwork();
    assert.deepEqual(addressesOf(), ['192.168.0.10']);
  });
});

describe('the configuration', () => {
  const wall = (ms: number) => wallStartMs + ms;

  test('is edited since the load, or not, or that is not known', async () => {
    const { collector, answers, evidence } = createScene();
    const ask = async () => {
      await collector.askConfiguration();
      const value = evidence().configuration?.value;
      return value?.ok && value.editedSinceLoad;
    };
    assert.equal(await ask(), undefined, 'nobody has looked for a daemon');
    answers.daemon = { ...running, startedAtMs: wall(500) };
    await collector.askDaemon();
    answers.modifiedAtMs = wall(400);
    assert.equal(await ask(), false);
    answers.modifiedAtMs = wall(600);
    assert.equal(await ask(), true);
    answers.reloads = [lineAt(wall(700), 'Reloading ...')];
    assert.equal(await ask(), false);
    answers.daemon = stopped;
    await collector.askDaemon();
    assert.equal(await ask(), undefined);
  });

  test('is known to be loaded from when this was seen first, as long as it is the same', async () => {
    const { collector, answers, evidence, at } = createScene();
    const ask = async (ms: number) => {
      at(ms);
      await collector.askConfiguration();
      const value = evidence().configuration?.value;
      return value?.ok && value.loadedByMs;
    };
    answers.daemon = { ...running, startedAtMs: wall(500) };
    await collector.askDaemon();
    assert.equal(await ask(2_000), 2_000);
    assert.equal(await ask(3_000), 2_000);
    answers.modifiedAtMs = wall(3_100);
    assert.equal(await ask(4_000), undefined);
    const value = evidence().configuration?.value;
    at(5_000);
    collector.noteLoaded(value?.ok ? value.tag : '');
    assert.equal(await ask(6_000), 6_000);
  });

  test('that this program loaded itself is another one when its tag differs', async () => {
    for (const [daemon, expected] of [
      [running, true],
      [stopped, undefined],
    ] as const) {
      const { collector, answers, evidence } = createScene();
      answers.daemon = daemon;
      collector.noteLoaded('before anybody has looked');
      await collector.askDaemon();
      collector.noteLoaded('another tag');
      await collector.askConfiguration();
      const value = evidence().configuration?.value;
      assert.equal(value?.ok && value.editedSinceLoad, expected);
    }
  });

  test('that is not there is evidence, too', async () => {
    const { collector, answers, evidence } = createScene();
    answers.isFileThere = false;
    await collector.askDaemon();
    await collector.askConfiguration();
    await collector.askHealthchecks();
    const value = { ok: false, reason: 'there is no configuration file' };
    assert.deepEqual(evidence().configuration, { value, atMs: 1_000 });
    assert.equal(evidence().healthchecks.size, 0);
  });
});

describe('what is asked besides', () => {
  const report = (name: string, startOnBoot: 'enabled' | 'disabled'): ServiceReport => ({
    ...{ name, description: '', running: { known: true, running: true } },
    startOnBoot: { known: true, enabled: startOnBoot === 'enabled', tool: 'systemctl' },
  });

  test('the services: keepalived’s start on boot is evidence', async () => {
    const { collector, answers, evidence, at } = createScene();
    assert.equal(collector.services(), undefined);
    answers.services = [report('rsyslog', 'enabled')];
    await collector.askServices();
    assert.equal(evidence().startOnBoot, undefined);
    at(7_000);
    answers.services = [report('rsyslog', 'enabled'), report('keepalived', 'disabled')];
    await collector.askServices();
    assert.deepEqual(collector.services(), { value: answers.services, atMs: 7_000 });
    const { startOnBoot } = evidence();
    assert.equal(startOnBoot?.atMs, 7_000);
    assert.ok(startOnBoot.value.known && !startOnBoot.value.enabled);
  });

  test('each healthcheck that can be repeated, and what keeps a tracked script from running', async () => {
    const { collector, answers, asked, evidence } = createScene();
    await collector.askHealthchecks();
    assert.deepEqual(asked, [], 'no file is known');
    await collector.askDaemon();
    await collector.askHealthchecks();
    assert.deepEqual([...(evidence().scriptObstacles ?? [])], [], 'no file is known');
    await collector.askConfiguration();
    await collector.askHealthchecks();
    assert.deepEqual(asked, ['http://127.0.0.1:8080/healthcheck', '/usr/bin/curl']);
    assert.deepEqual(
      [...evidence().healthchecks.values()].map(({ value, atMs }) => [value.url, atMs]),
      [['http://127.0.0.1:8080/healthcheck', 1_000]],
    );
    assert.deepEqual([...(evidence().scriptObstacles ?? [])], [['chk', 'it is not there']]);
    answers.daemon = stopped;
    await collector.askDaemon();
    await collector.askHealthchecks();
    assert.equal(evidence().scriptObstacles?.size, 0, 'who runs nothing fails at nothing');
  });

  test('the blind spots, which are told when they change', async () => {
    const { collector, answers, evidence, timesTold } = createScene();
    const ask = async (...sentences: string[]) => {
      const before = timesTold();
      answers.blindSpots = sentences;
      await collector.askBlindSpots();
      return timesTold() > before;
    };
    assert.equal(await ask(), false);
    assert.equal(await ask('a', 'b'), true);
    assert.deepEqual(evidence().blindSpots, ['a', 'b']);
    assert.equal(await ask('a', 'b'), false);
    assert.equal(await ask('ab'), true);
    assert.equal(await ask(), true);
    assert.deepEqual(evidence().blindSpots, []);
  });

  test('what Debug has proved', () => {
    const { collector, evidence, timesTold } = createScene();
    const findings = [{}] as unknown as ReturnType<typeof evidence>['findings'];
    collector.noteFindings(findings);
    assert.equal(evidence().findings, findings);
    assert.equal(timesTold(), 1);
  });
});

test('a line is as old as its stamp, and never from the future', () => {
  for (const [atMs, expectedMs] of [
    [wallStartMs - 4_000, -4_000],
    [wallStartMs + 1_000, 1_000],
    [wallStartMs + 60_000, 1_000],
  ] as const) {
    const { collector, evidence, timesTold } = createScene();
    collector.noteLines([lineAt(atMs, 'Printing VRRP as json for process(101) on signal')]);
    assert.equal(timesTold(), 0, 'it says nothing');
    collector.noteLines([lineAt(atMs, refused)]);
    assert.equal(evidence().log.addressRefusal?.atMs, expectedMs);
    assert.equal(timesTold(), 1);
  }
  const { collector, evidence } = createScene();
  collector.noteLines([{ ...lineAt(wallStartMs, refused), atMs: undefined }]);
  assert.equal(evidence().log.addressRefusal?.atMs, 1_000);
});

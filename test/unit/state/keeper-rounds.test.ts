/** How often each witness is asked while nothing happens, and what an action has asked at once. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import type { Appliance, ApplianceEvent } from '../../../server/appliance/appliance.ts';
import { parseLogLine } from '../../../server/keepalived/runtime/log/log-lines.ts';
import type { LogLine } from '../../../server/keepalived/runtime/log/log-lines.ts';
import { eventually } from '../../lab/eventually.ts';
import { quicken } from '../operations/live/scripted-keepalived.ts';
import { createSampleMachine, sampleRuntime } from '../operations/sample-machine.ts';
import { startKeeperOf } from './keeper-of-machine.ts';

const configuration = `global_defs {
    vrrp_notify_fifo /run/vrrp.fifo
}
vrrp_script chk_web {
    script "/usr/bin/curl --fail http://127.0.0.1:8080/healthcheck"
    interval 5
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    track_script {
        chk_web
    }
    virtual_ipaddress {
        192.168.0.100/24
    }
}
`;

type Count = 'runtime' | 'tracking' | 'network' | 'configuration' | 'services' | 'url' | 'blind';

async function startKeeper(context: TestContext) {
  context.mock.timers.enable({ apis: ['setInterval'] });
  quicken(context, 100);
  const sample = createSampleMachine(configuration, [sampleRuntime()]);
  const counts: Record<Count, number> = {
    ...{ runtime: 0, tracking: 0, network: 0, configuration: 0, services: 0, url: 0, blind: 0 },
  };
  const world = {
    nowMs: 0,
    isHealthy: true,
    closed: [] as string[],
    fifos: [] as unknown[],
    resting: [] as boolean[],
  };
  let happen: (event: ApplianceEvent) => void = () => undefined;
  let say: (lines: LogLine[]) => void = () => undefined;
  const machine: Partial<Appliance> = {
    ...sample,
    readRuntime() {
      counts.runtime += 1;
      return sample.readRuntime();
    },
    readTracking() {
      counts.tracking += 1;
      return sample.readTracking();
    },
    async readNetwork() {
      counts.network += 1;
      const network = await sample.readNetwork();
      assert.ok(network.ok);
      const address = { family: 'inet' as const, address: '192.168.0.100', prefixLength: 24 };
      const interfaces = network.interfaces.map((link) => ({
        ...link,
        addresses: world.isHealthy ? [...link.addresses, address] : link.addresses,
      }));
      return { ok: true, interfaces };
    },
    readConfigurationFile(id) {
      counts.configuration += 1;
      return sample.readConfigurationFile(id);
    },
    readServices() {
      counts.services += 1;
      return Promise.resolve([]);
    },
    probeHealthcheck({ url }) {
      counts.url += 1;
      return Promise.resolve({ url, outcome: { kind: 'ok', httpStatus: 200 }, durationMs: 1 });
    },
    findScriptObstacle: () => Promise.resolve(undefined),
    readBlindSpots() {
      counts.blind += 1;
      return Promise.resolve([]);
    },
    watch(listener) {
      happen = listener;
      return Promise.resolve({
        setNotifyFifos: (paths) => void world.fifos.push(paths),
        setResting: (isResting) => void world.resting.push(isResting),
        close: () => Promise.resolve(void world.closed.push('watch')),
      });
    },
    followLog(listener) {
      say = listener;
      return Promise.resolve({ close: () => Promise.resolve(void world.closed.push('log')) });
    },
  };
  const keeper = await startKeeperOf(context, machine, world);
  /** Until all that was asked is answered, and what follows from it asked. */
  const settle = () => new Promise((resolve) => setTimeout(resolve, 30));
  await settle();
  return {
    ...{ keeper, world, counts, settle },
    happen: (event: ApplianceEvent) => {
      happen(event);
    },
    say: (message: string) => {
      say([parseLogLine(`2026-11-24T14:22:15Z server1 Keepalived_vrrp[101]: ${message}`, 0)]);
    },
    /** What was asked in so many seconds. */
    pass: async (seconds: number, isRead: boolean): Promise<Record<Count, number>> => {
      const before = { ...counts };
      for (let second = 0; second < seconds; second += 1) {
        if (isRead) keeper.current();
        world.nowMs += 1_000;
        context.mock.timers.tick(1_000);
        await settle();
      }
      const names = Object.keys(counts) as Count[];
      return Object.fromEntries(names.map((name) => [name, counts[name] - before[name]])) as Record<
        Count,
        number
      >;
    },
  };
}

describe('the rounds of the keeper', () => {
  it('while somebody looks: each 5 s, the services each 30 s, the URL each 10 s', async (context) => {
    const { pass } = await startKeeper(context);
    const asked = await pass(30, true);
    // One look at what is tracked takes the place of a question for the states.
    assert.deepEqual([asked.runtime + asked.tracking, asked.tracking], [6, 1]);
    assert.deepEqual([asked.network, asked.configuration], [6, 6]);
    assert.deepEqual([asked.services, asked.url, asked.blind], [1, 3, 30]);
  });

  it('while nobody looks: each 30 s, the URL each 60 s, the services hardly', async (context) => {
    const { pass, keeper, world } = await startKeeper(context);
    const asked = await pass(60, false);
    assert.deepEqual([asked.runtime, asked.tracking], [2, 0]);
    assert.deepEqual([asked.network, asked.configuration], [2, 2]);
    assert.deepEqual([asked.services, asked.url, asked.blind], [0, 1, 60]);
    assert.equal(keeper.peek().status.daemon.state, 'running');
    keeper.current();
    assert.deepEqual(world.resting, [true, false]);
  });

  it('while something is wrong: each 5 s, also if nobody looks', async (context) => {
    const { pass, world } = await startKeeper(context);
    world.isHealthy = false;
    await pass(31, false);
    const asked = await pass(10, false);
    assert.deepEqual([asked.runtime, asked.network], [2, 2]);
  });
});

describe('an action', () => {
  it('has all asked at once, what is tracked only if it changes that', async (context) => {
    const { keeper, counts, settle } = await startKeeper(context);
    const asked = async (options?: { withTracking: boolean }) => {
      const before = { ...counts };
      await keeper.refresh(options);
      const atOnce = { ...counts };
      await settle();
      return {
        tracking: atOnce.tracking - before.tracking,
        ...{ runtime: counts.runtime - before.runtime, network: counts.network - before.network },
        ...{ url: counts.url - before.url, services: counts.services - before.services },
        configuration: counts.configuration - before.configuration,
      };
    };
    const all = { runtime: 1, network: 1, url: 1, services: 1, configuration: 1 };
    assert.deepEqual(await asked({ withTracking: true }), { ...all, tracking: 1 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    const { tracking, ...others } = await asked();
    assert.deepEqual(others, all);
    assert.ok(tracking <= 1);
  });

  it('that has seen keepalived and the files itself has neither asked again', async (context) => {
    const { keeper, counts, world, settle, pass } = await startKeeper(context);
    const before = { ...counts };
    const { configuration } = keeper.evidence();
    assert.ok(configuration?.value.ok);
    const sighting = {
      daemon: keeper.evidence().daemon?.value,
      runtime: { ok: true, source: 'json', instances: [sampleRuntime({ effectivePriority: 7 })] },
      network: keeper.evidence().network?.value,
    };
    await keeper.refresh({
      seen: { atMs: world.nowMs, sighting, configuration: configuration.value } as never,
    });
    await settle();
    assert.deepEqual(
      [counts.runtime - before.runtime, counts.configuration - before.configuration],
      [0, 0],
    );
    assert.deepEqual([counts.network - before.network, counts.services - before.services], [1, 1]);
    const { runtime } = keeper.evidence();
    assert.ok(runtime?.value.ok);
    assert.equal(runtime.value.instances[0]?.effectivePriority, 7);
    assert.deepEqual(world.fifos.at(-1), ['/run/vrrp.fifo']);
    // What it tracked before the save may be another thing now: the next round asks for that.
    const asked = await pass(6, true);
    assert.deepEqual([asked.runtime, asked.tracking], [0, 1]);
  });
});

describe('what an action has seen', () => {
  it('is not taken for evidence where it is of another keepalived, or older than what is known', async (context) => {
    const { keeper, world } = await startKeeper(context);
    world.nowMs += 1_000;
    await keeper.refresh();
    const { daemon, network, configuration } = keeper.evidence();
    assert.ok(daemon?.value.state === 'running' && configuration?.value.ok);
    const { value } = configuration;
    const see = async (seen: { pid?: number; atMs?: number; effectivePriority: number }) => {
      const { pid = 100, atMs = world.nowMs, effectivePriority } = seen;
      const sighting = {
        daemon: { ...daemon.value, pid },
        runtime: { ok: true, source: 'json', instances: [sampleRuntime({ effectivePriority })] },
        network: network?.value,
      };
      await keeper.refresh({ seen: { atMs, sighting, configuration: value } as never });
      const { runtime } = keeper.evidence();
      return runtime?.value.ok && runtime.value.instances[0]?.effectivePriority;
    };
    assert.equal(await see({ pid: 900, effectivePriority: 7 }), 101);
    assert.equal(await see({ atMs: 0, effectivePriority: 8 }), 101);
    assert.equal(await see({ effectivePriority: 9 }), 9);
  });

  it('of a file that it loaded is what the file is compared with from then on', async (context) => {
    const { keeper, settle } = await startKeeper(context);
    const isEdited = async () => {
      await keeper.refresh();
      await settle();
      const { configuration } = keeper.evidence();
      return configuration?.value.ok && configuration.value.editedSinceLoad;
    };
    const { configuration } = keeper.evidence();
    assert.ok(configuration?.value.ok);
    keeper.noteLoaded(configuration.value.tag);
    assert.equal(await isEdited(), false);
    keeper.noteLoaded('another');
    assert.equal(await isEdited(), true);
  });
});

describe('a line of the log', () => {
  it('that tells of a script has keepalived asked for what it tracks, another has not', async (context) => {
    const { say, counts, settle } = await startKeeper(context);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const before = counts.tracking;
    say('Printing VRRP as json for process(101) on signal');
    await settle();
    assert.equal(counts.tracking, before);
    say('VRRP_Script(chk_web) failed (exited with status 1)');
    await eventually('it is asked', () => counts.tracking > before);
  });
});

describe('an event', () => {
  it('of keepalived’s process or its FIFO asks keepalived and the kernel; of the file, the file', async (context) => {
    const { happen, counts, settle } = await startKeeper(context);
    for (const about of ['daemon', 'instances'] as const) {
      const before = { ...counts };
      happen({ about });
      await eventually('both are asked', () => counts.network > before.network);
      await eventually('both are asked', () => counts.runtime > before.runtime);
      await settle();
      assert.equal(counts.configuration, before.configuration);
    }
    const before = { ...counts };
    happen({ about: 'configuration' });
    await eventually('the URL is asked, which may be another', () => counts.url > before.url);
    assert.equal(counts.configuration, before.configuration + 1);
    assert.deepEqual([counts.runtime, counts.network], [before.runtime, before.network]);
  });

  it('is told to those who follow, until they have enough', async (context) => {
    const { keeper, happen, settle } = await startKeeper(context);
    let news = 0;
    const told: unknown[] = [];
    const stop = keeper.subscribe(() => void (news += 1));
    const stopFollowing = keeper.followAddressChanges((changes) => void told.push(changes));
    const change = {
      ...{ kind: 'removed' as const, interfaceName: 'eth0' },
      address: { family: 'inet' as const, address: '192.168.0.100', prefixLength: 24 },
    };
    happen({ about: 'network', addressChanges: [change] });
    await settle();
    assert.deepEqual(told, [[change]]);
    assert.ok(news > 0);
    stop();
    stopFollowing();
    const before = news;
    happen({ about: 'network', addressChanges: [change] });
    happen({ about: 'configuration' });
    await settle();
    assert.deepEqual([told.length, news], [1, before]);
  });

  it('ends with the keeper, and with it the watch and the follower of the log', async (context) => {
    const { keeper, world, counts, pass } = await startKeeper(context);
    assert.equal(keeper.current().hostName, 'server1');
    await keeper.close();
    assert.deepEqual(world.closed.toSorted(), ['log', 'watch']);
    const before = { ...counts };
    await pass(40, true);
    assert.deepEqual(counts.network, before.network);
  });
});

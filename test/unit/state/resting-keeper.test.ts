/** A keeper that nobody reads asks seldom, and is never believed for longer than it says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Appliance } from '../../../server/appliance/appliance.ts';
import { eventually } from '../../lab/eventually.ts';
import { createSampleMachine, sampleRuntime } from '../operations/sample-machine.ts';
import { startKeeperOf } from './keeper-of-machine.ts';

const configuration = `vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    virtual_ipaddress {
        192.168.0.100/24
    }
}
`;

async function startKeeper(context: TestContext) {
  context.mock.timers.enable({ apis: ['setInterval'] });
  const sample = createSampleMachine(configuration, [sampleRuntime()]);
  const world = {
    nowMs: 0,
    questions: 0,
    blindSpots: [] as string[],
    isHanging: false,
    rests: [] as boolean[],
  };
  const machine: Partial<Appliance> = {
    ...sample,
    async readRuntime() {
      world.questions += 1;
      if (world.isHanging) await new Promise(() => undefined);
      return sample.readRuntime();
    },
    // The address of a healthy master: an alarm would not let it rest.
    async readNetwork() {
      const network = await sample.readNetwork();
      assert.ok(network.ok);
      const address = { family: 'inet' as const, address: '192.168.0.100', prefixLength: 24 };
      const interfaces = network.interfaces.map((link) => ({
        ...link,
        addresses: [...link.addresses, address],
      }));
      return { ok: true, interfaces };
    },
    readTracking() {
      world.questions += 1;
      return sample.readTracking();
    },
    readServices: () => Promise.resolve([]),
    readBlindSpots: () => Promise.resolve(world.blindSpots),
    watch: () =>
      Promise.resolve({
        setNotifyFifos: () => undefined,
        setResting: (isResting) => void world.rests.push(isResting),
        close: () => Promise.resolve(),
      }),
    followLog: () => Promise.resolve({ close: () => Promise.resolve() }),
  };
  const keeper = await startKeeperOf(context, machine, world);
  return {
    ...{ keeper, world },
    pass: async (seconds: number) => {
      for (let second = 0; second < seconds; second += 1) {
        world.nowMs += 1_000;
        context.mock.timers.tick(1_000);
        // What a tick asks is answered, and the least time between two questions is over.
        await new Promise((resolve) => setTimeout(resolve, 110));
      }
    },
  };
}

/** Two rounds, or three where one falls on the edge. */
function assertAround(count: number, expected: number): void {
  assert.ok(count === expected || count === expected + 1, `asked ${count} times`);
}

test('nobody looks: keepalived is asked every 30 s; a reader wakes the keeper', async (context) => {
  const { keeper, world, pass } = await startKeeper(context);
  const atStart = world.questions;
  await pass(29);
  assert.equal(world.questions, atStart);
  await pass(3);
  assert.equal(world.questions, atStart + 1);
  await pass(25);
  assert.deepEqual(world.rests, [true]);

  const { status } = keeper.current();
  assert.equal(status.evidenceAgeMs, 27_000);
  assert.equal(status.daemon.state, 'running');
  await eventually('a new look', () => keeper.current().status.evidenceAgeMs === 0);
  assert.deepEqual(world.rests, [true, false]);
  const awake = world.questions;
  await pass(11);
  assertAround(world.questions - awake, 2);
});

test('something that is watched cannot be seen: it is asked every 5 s', async (context) => {
  const { world, pass } = await startKeeper(context);
  world.blindSpots = ['“ip monitor” does not run.'];
  await pass(1);
  const before = world.questions;
  await pass(11);
  assertAround(world.questions - before, 2);
});

test('what a hanging machine told while resting is not believed for long', async (context) => {
  const { keeper, world, pass } = await startKeeper(context);
  await pass(25);
  world.isHanging = true;
  assert.equal(keeper.current().status.daemon.state, 'running');
  await eventually(
    'it is too old to be believed',
    () => keeper.current().status.configuration.problem?.includes('too old'),
    { withinMs: 15_000 },
  );
});

test('a witness that never answers is noticed: the look before it stays the last', async (context) => {
  const { keeper, world, pass } = await startKeeper(context);
  assert.equal(keeper.lookedAtMs(), 0);
  world.nowMs += 60_000;
  await pass(1);
  assert.equal(keeper.lookedAtMs(), 61_000);
  world.isHanging = true;
  for (let round = 0; round < 3; round += 1) {
    world.nowMs += 60_000;
    await pass(1);
  }
  assert.equal(keeper.lookedAtMs(), 61_000);
});

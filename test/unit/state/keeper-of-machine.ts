import type { TestContext } from 'node:test';
import type { Appliance } from '../../../server/appliance/appliance.ts';
import { createStateKeeper } from '../../../server/state/state-keeper.ts';
import type { LookingKeeper } from '../../../server/state/state-keeper.ts';

/** A keeper over a machine of a test, by that test's time, with no history and an empty log. */
export async function startKeeperOf(
  context: TestContext,
  machine: Partial<Appliance>,
  world: { nowMs: number },
): Promise<LookingKeeper> {
  const appliance: Partial<Appliance> = {
    readLog: () =>
      Promise.resolve({ ok: true, source: '', lines: [], reachedStart: true, newest: '' }),
    ...machine,
  };
  const keeper = createStateKeeper({
    appliance: appliance as Appliance,
    clock: { monotonicMs: () => world.nowMs, wallMs: () => world.nowMs },
    failovers: {
      entries: () => [],
      lastTouchedAtMs: undefined,
      append: () => Promise.resolve(),
      touch: () => Promise.resolve(),
    },
    onProblem: (problem) => {
      throw problem;
    },
  });
  await keeper.start();
  context.after(() => keeper.close());
  return keeper;
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOperations } from '../../../server/operations/create-operations.ts';
import { createMutex } from '../../../server/operations/mutex.ts';
import type { StateKeeper } from '../../../server/state-keeper.ts';

type Parts = Parameters<typeof createOperations>[0];

test('a drill is answered when it is known what keepalived tracks now', async () => {
  const events: string[] = [];
  const refresh: StateKeeper['refresh'] = async (options) => {
    await Promise.resolve();
    events.push(options?.withTracking === true ? 'with tracking' : 'without tracking');
  };
  const operations = createOperations({
    appliance: {
      // Nothing is configured: the drill goes no further.
      listConfigurationFiles: () => Promise.resolve([]),
      readConfigurationId: () => Promise.resolve(undefined),
    },
    keeper: { refresh },
    alone: createMutex(),
    confirmed: { find: () => undefined },
  } as unknown as Parts);
  const request = { instanceName: 'VI_1', action: 'maintenance', way: 'priority' } as const;
  const outcome = await operations.runDrill({ ...request, acceptedDangers: [] });
  assert.equal(outcome.kind, 'refused');
  assert.deepEqual(events, ['with tracking']);
});

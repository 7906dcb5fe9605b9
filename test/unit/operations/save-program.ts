/** The operations, the keeper and what waits to be confirmed, over a simulated machine that counts. */
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Appliance } from '../../../server/appliance/appliance.ts';
import { createPendingConfirmation } from '../../../server/history/pending-confirmation.ts';
import { openRecordLog } from '../../../server/history/record-log.ts';
import { createRunningDrill } from '../../../server/history/running-drill.ts';
import { createConfirmedChanges } from '../../../server/operations/confirm/confirmed-change.ts';
import { createOperations } from '../../../server/operations/create-operations.ts';
import { applyConfiguration } from '../../../server/operations/live/apply-configuration.ts';
import { createMutex } from '../../../server/shared/mutex.ts';
import { failoverRecordSchema } from '../../../server/state/failover-records.ts';
import { createStateKeeper } from '../../../server/state/state-keeper.ts';
import { prepare } from './simulated-folder.ts';
import { createSimulatedParts } from './simulated-parts.ts';

/** One question to the machine: which, of what, and through which functions of ours it came. */
export interface PortCall {
  method: string;
  argument: unknown;
  stack: string;
}

/** What every call of the port adds to the list. */
function record(appliance: Appliance, calls: PortCall[]): Appliance {
  return new Proxy(appliance, {
    get(target, name: string) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return (...args: unknown[]) => {
        Error.stackTraceLimit = 100;
        calls.push({ method: name, argument: args[0], stack: new Error().stack ?? '' });
        return Reflect.apply(method, target, args) as unknown;
      };
    },
  });
}

/** As `main.ts` puts it together; keepalived runs, and the keeper has looked once. */
export async function createSaveProgram(context: TestContext) {
  const folder = await prepare(context, 'live');
  const calls: PortCall[] = [];
  const simulated = await createSimulatedParts(folder);
  const appliance = record(simulated.appliance, calls);
  const clock = { monotonicMs: () => performance.now(), wallMs: () => Date.now() };
  const problems: unknown[] = [];
  const onProblem = (error: unknown) => void problems.push(error);
  const failovers = await openRecordLog(
    join(folder, 'state/failovers.jsonl'),
    failoverRecordSchema,
    100,
  );
  const keeper = createStateKeeper({ appliance, clock, failovers, onProblem });
  const directory = join(folder, 'state/history');
  const runningDrill = createRunningDrill({ directory });
  const parts = { ...simulated, appliance, keeper, runningDrill };
  const exclusive = createMutex();
  const confirmed = createConfirmedChanges({
    ...{ ...parts, clock, exclusive, onProblem },
    confirmations: createPendingConfirmation({ directory }),
    apply: (request, seen) => applyConfiguration(parts, request, seen),
  });
  context.after(async () => {
    confirmed.close();
    await keeper.close();
  });
  await keeper.refresh({ withTracking: true });
  calls.length = 0;
  return {
    ...{ folder, calls, keeper, problems },
    operations: createOperations({ ...parts, exclusive, confirmed }),
  };
}

/** The parts of the process below its pages, over this machine, as `main.ts` puts them together. */
import { join } from 'node:path';
import { createAppliance } from '../../server/appliance/create-appliance.ts';
import { createJournal } from '../../server/history/journal.ts';
import { openNotices } from '../../server/history/notices.ts';
import { createPendingConfirmation } from '../../server/history/pending-confirmation.ts';
import { openRecordLog } from '../../server/history/record-log.ts';
import { createRunningDrill } from '../../server/history/running-drill.ts';
import { createVersionStore } from '../../server/history/versions/version-store.ts';
import { createConfirmedChanges } from '../../server/operations/confirm/confirmed-change.ts';
import { createOperations } from '../../server/operations/create-operations.ts';
import { createDebug } from '../../server/operations/debug/debug.ts';
import { applyConfiguration } from '../../server/operations/live/apply-configuration.ts';
import type { ProgramOptions } from '../../server/program-options.ts';
import { createMutex } from '../../server/shared/mutex.ts';
import { failoverRecordSchema } from '../../server/state/failover-records.ts';
import { createStateKeeper } from '../../server/state/state-keeper.ts';

const clock = { monotonicMs: () => performance.now(), wallMs: () => Date.now() };

/** @param onProblem told of what failed in the background */
export async function createWholeProgram(
  options: ProgramOptions,
  onProblem: (error: unknown) => void,
) {
  const { stateDirectory } = options;
  const directory = join(stateDirectory, 'history');
  const appliance = await createAppliance(options);
  const failoversPath = join(stateDirectory, 'failovers.jsonl');
  const failovers = await openRecordLog(failoversPath, failoverRecordSchema, 100);
  const keeper = createStateKeeper({ appliance, clock, failovers, onProblem });
  const parts = {
    ...{ appliance, keeper },
    versions: await createVersionStore({ directory, reportDamage: onProblem }),
    journal: createJournal({ directory }),
    notices: await openNotices({ directory: stateDirectory }),
    runningDrill: createRunningDrill({ directory }),
  };
  const exclusive = createMutex();
  const confirmed = createConfirmedChanges({
    ...{ ...parts, clock, exclusive, onProblem },
    confirmations: createPendingConfirmation({ directory }),
    apply: (request, seen) => applyConfiguration(parts, request, seen),
  });
  const debug = createDebug({
    ...{ appliance, keeper, clock, onProblem },
    onFindings: keeper.noteFindings,
  });
  await keeper.start();
  return {
    ...{ appliance, keeper, debug, notices: parts.notices },
    operations: createOperations({ ...parts, exclusive, confirmed }),
    async close() {
      confirmed.close();
      await debug.close();
      await keeper.close();
      await appliance.close();
    },
  };
}

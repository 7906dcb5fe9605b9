/**
 * Runs on a server of the lab: one examination, as “Check now” makes it, or as many as fit into so
 * many seconds. Prints every check at the end, all that was called wrong at any moment, and, where
 * keepalived is stopped, what is said of a start.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { createAppliance } from '../../../server/appliance/create-appliance.ts';
import { openRecordLog } from '../../../server/history/record-log.ts';
import { createDebug } from '../../../server/operations/debug/debug.ts';
import { findDuplicateBeforeStart } from '../../../server/operations/debug/duplicate-before-start.ts';
import { parseProgramOptions } from '../../../server/program-options.ts';
import { failoverRecordSchema } from '../../../server/state/failover-records.ts';
import { createStateKeeper } from '../../../server/state/state-keeper.ts';

const [seconds] = process.argv.slice(2).map(Number);
const clock = { monotonicMs: () => performance.now(), wallMs: () => Date.now() };
const onProblem = (error: unknown) => {
  throw error;
};
const options = parseProgramOptions({
  WAI_SERVICE_MANAGER: 'supervised',
  WAI_LOG: 'file:/var/log/messages',
});
const appliance = await createAppliance(options);
const failovers = await openRecordLog('/tmp/examined.jsonl', failoverRecordSchema, 100);
const keeper = createStateKeeper({ appliance, clock, failovers, onProblem });
await keeper.start();
const debug = createDebug({ appliance, keeper, clock, onProblem });

const everWrong = new Set<string>();
const untilMs = performance.now() + (seconds ?? 0) * 1000;
do {
  if (!debug.begin('check')) throw new Error('There is nothing to examine.');
  while (debug.report().examination?.isRunning === true) {
    await delay(500);
    for (const { id, verdict, about, sentence } of debug.report().checks ?? []) {
      if (verdict === 'wrong') everWrong.add(`${about.instance} ${id}: ${sentence}`);
    }
  }
} while (performance.now() < untilMs);
const { daemon, configuration } = keeper.evidence();
const beforeStart =
  daemon?.value.state === 'stopped' && configuration?.value.ok === true
    ? await findDuplicateBeforeStart(appliance, configuration.value.summary)
    : undefined;
process.stdout.write(
  JSON.stringify({ checks: debug.report().checks, everWrong: [...everWrong], beforeStart }),
);
await debug.close();
await keeper.close();
await appliance.close();

import { join } from 'node:path';
import { z } from 'zod';
import { createKeptRecord } from './kept-record.ts';
import type { KeptRecord } from './kept-record.ts';

const runningDrillSchema = z.strictObject({
  instanceName: z.string(),
  /** The maintenance file that it writes. */
  path: z.string(),
  /** The number in it before, and when the drill has come to its end. */
  oldValue: z.int(),
  lastValue: z.int(),
});
/** A failover drill that has begun and not ended. */
export type RunningDrill = z.output<typeof runningDrillSchema>;

/** The one drill that may run, kept in the state directory. */
export function createRunningDrill(options: { directory: string }): KeptRecord<RunningDrill> {
  const path = join(options.directory, 'running-drill.jsonl');
  return createKeptRecord({
    ...{ directory: options.directory, path, schema: runningDrillSchema },
    explainDamage: {
      code: 'drill-damaged',
      sentence:
        `A failover drill was interrupted, but ${path} is damaged, so it cannot be undone ` +
        'automatically. Check on the page Failover drill whether a priority is changed, then ' +
        'remove that file.',
    },
  });
}

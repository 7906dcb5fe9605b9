import type { Notices } from '../../history/notices.ts';
import type { RunningDrill } from '../../history/running-drill.ts';
import { UserError } from '../../shared/errors.ts';
import type { DrillDependencies } from '../dependencies.ts';

/**
 * Restores the number of a drill that ended with this program, and tells it in a notice; call it at
 * start. One that had come to its last number is left as it was meant to be.
 */
export async function recoverDrill(parts: DrillDependencies & { notices: Notices }): Promise<void> {
  const { runningDrill, notices } = parts;
  try {
    const drill = await runningDrill.find();
    if (!drill) return;
    const problem = await putBack(parts, drill);
    if (problem !== undefined) {
      await notices.add(
        'critical',
        `A failover drill of ${drill.instanceName} was interrupted when this program ended. Its number could not be restored: ${problem} Write ${drill.oldValue} into ${drill.path}.`,
      );
    }
    await runningDrill.set(undefined);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    await notices.add('critical', error.message);
  }
}

/** @returns why it could not be done */
async function putBack(
  { appliance, notices }: DrillDependencies & { notices: Notices },
  { instanceName, path, oldValue, lastValue }: RunningDrill,
): Promise<string | undefined> {
  const now = await appliance.readTrackFile(path);
  if (!now.ok) return now.message;
  if (now.value === oldValue || now.value === lastValue) return undefined;
  const written = await appliance.writeTrackFile(path, oldValue);
  if (!written.ok) return written.message;
  await notices.add(
    'info',
    `A failover drill of ${instanceName} was interrupted when this program ended. Its number is ${oldValue} again.`,
  );
  return undefined;
}

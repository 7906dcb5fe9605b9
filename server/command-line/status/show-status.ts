import { join } from 'node:path';
import { createAppliance } from '../../appliance/create-appliance.ts';
import { isLocked } from '../../history/lock.ts';
import { readRecords } from '../../history/record-log.ts';
import { formatListen } from '../../process/explain-start-failure.ts';
import { notYet } from '../../process/web/announce-place.ts';
import { isAddressHere } from '../../process/web/until-address.ts';
import type { ProgramOptions } from '../../program-options.ts';
import { errorCode } from '../../shared/error-code.ts';
import { failoverRecordSchema } from '../../state/failover-records.ts';
import { describeStatus } from '../../web/api/status-document.ts';
import { lookOnce } from './look-once.ts';
import { formatStatus, gradeStatus } from './status-lines.ts';

const clock = { monotonicMs: () => performance.now(), wallMs: () => Date.now() };

/**
 * `status`: looks at the machine once and prints what is proved; works beside the program that serves,
 * and without it.
 * @returns the exit status
 */
export async function showStatus(
  settings: ProgramOptions,
  options: ReadonlySet<string>,
  print: (text: string) => void,
): Promise<number> {
  const appliance = await createAppliance(settings, 'guest');
  try {
    const recorded = await readFailovers(settings.stateDirectory);
    const snapshot = await lookOnce({ appliance, clock, recorded });
    print(
      options.has('--json')
        ? `${JSON.stringify(describeStatus(snapshot), undefined, 2)}\n`
        : `${formatStatus(snapshot)}${await describeAgent(settings.stateDirectory)}${await describePage(settings)}`,
    );
    return gradeStatus(snapshot.status);
  } finally {
    await appliance.close();
  }
}

/** A line where the agent is away; nothing while it runs, and where that is not known. */
async function describeAgent(stateDirectory: string): Promise<string> {
  try {
    if (await isLocked(stateDirectory)) return '';
  } catch (error) {
    if (errorCode(error) !== 'EACCES') throw error;
    return '';
  }
  return `Note: no keepalived-wai runs with ${stateDirectory}, so it records no failover. Start it, for example: systemctl start keepalived-wai\n`;
}

/** A line where nobody can reach the page: it waits for its address. */
async function describePage({ listen }: ProgramOptions): Promise<string> {
  if ('path' in listen || (await isAddressHere(listen.host))) return '';
  return `Note: ${formatListen(listen)}${notYet}\n`;
}

/** Without the rights for them nothing of keepalived is known either, and the status says so. */
async function readFailovers(
  stateDirectory: string,
): ReturnType<typeof readRecords<typeof failoverRecordSchema>> {
  try {
    return await readRecords(join(stateDirectory, 'failovers.jsonl'), failoverRecordSchema);
  } catch (error) {
    if (errorCode(error) !== 'EACCES') throw error;
    return { entries: [], lastTouchedAtMs: undefined };
  }
}

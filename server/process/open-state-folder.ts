import { join } from 'node:path';
import { acquireLock, refuseForeign } from '../history/lock.ts';
import type { Lock } from '../history/lock.ts';
import { findFileText, writeDurably } from '../shared/durable-file.ts';
import { parseJson } from '../shared/parse-json.ts';
import { refuseNewerState, stateFormatName } from '../shared/state-files.ts';
import { findFormat, stateFormat, withFormat } from '../shared/state-format.ts';
import { finishRestore } from './backup/put-in-place.ts';

/**
 * Takes the state folder for this process, made if absent, ends a restore that was interrupted, and
 * notes its format in it. The files in it
 * that name an older one are upgraded each by its next write.
 * @throws {UserError} `state-newer`: nothing has changed then
 * @throws {UserError} see `acquireLock`
 */
export async function openStateFolder(directory: string): Promise<Lock> {
  await refuseForeign(directory);
  await refuseNewerState(directory);
  const lock = await acquireLock(directory);
  await finishRestore(directory);
  await noteFormat(directory);
  return lock;
}

async function noteFormat(directory: string): Promise<void> {
  const path = join(directory, stateFormatName);
  const noted = findFormat(parseJson((await findFileText(path)) ?? ''));
  if (noted !== stateFormat) await writeDurably(path, `${JSON.stringify(withFormat({}))}\n`);
}

import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import {
  findFileText,
  makePrivateFolder,
  syncFolder,
  writeDurably,
} from '../../shared/durable-file.ts';
import { parseJson } from '../../shared/parse-json.ts';
import { findStateFileKind, incomingName } from '../../shared/state-files.ts';

const planName = 'plan.json';
const planSchema = z.strictObject({
  /** The folder for what was there before. */
  asideName: z.string().regex(/^before-restore-[\w-]+$/),
  /** What comes, of the state folder itself: files, and the folder of the history. */
  names: z.array(z.string()),
});

/**
 * Puts a checked folder of files in the place of those that are in the state folder. The one rename
 * decides: before it, all is as it was; after it, this or the next start puts everything in place. The
 * lock must be held. Other things stay: keepalived watches the folder of the drills.
 * @param stagedFolder in the state folder; it is gone afterwards
 * @param asideName of the folder that keeps what was there
 */
export async function putInPlace(
  stateDirectory: string,
  stagedFolder: string,
  asideName: string,
): Promise<void> {
  const plan: z.output<typeof planSchema> = { asideName, names: await readdir(stagedFolder) };
  await writeDurably(join(stagedFolder, planName), JSON.stringify(plan));
  await rename(stagedFolder, join(stateDirectory, incomingName));
  await syncFolder(stateDirectory);
  await finishRestore(stateDirectory);
}

/** Ends what `putInPlace` began and a crash interrupted. Does nothing else. The lock must be held. */
export async function finishRestore(stateDirectory: string): Promise<void> {
  const incoming = join(stateDirectory, incomingName);
  const text = await findFileText(join(incoming, planName));
  if (text !== undefined) {
    const { asideName, names } = planSchema.parse(parseJson(text));
    const aside = join(stateDirectory, asideName);
    await makePrivateFolder(aside);
    const waiting = new Set(await readdir(incoming));
    for (const name of await readdir(stateDirectory)) {
      // What is there, comes, and does not wait has come already.
      const hasCome = names.includes(name) && !waiting.has(name);
      if (isReplaced(name) && !hasCome) await rename(join(stateDirectory, name), join(aside, name));
    }
    for (const name of names) {
      if (waiting.has(name)) await rename(join(incoming, name), join(stateDirectory, name));
    }
    for (const folder of [aside, stateDirectory, incoming]) await syncFolder(folder);
    await rm(join(incoming, planName));
  }
  await rm(incoming, { recursive: true, force: true });
}

/** Whether a restore replaces it; in the history it replaces what is under way, which must be settled. */
function isReplaced(name: string): boolean {
  return name === 'history' || findStateFileKind(name)?.isInBackup === true;
}

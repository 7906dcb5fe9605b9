/** A backup onto a full disk and a restore onto a small one: `STATE BACKUP SMALL-FOLDER`. */
import { writeSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../../../../server/shared/error-code.ts';
import { backUp, restore } from './archives.ts';

const [state = '', backup = '', small = ''] = process.argv.slice(2);
const attempt = (action: Promise<string>) =>
  action.then(
    () => 'done',
    (error: unknown) => `${errorCode(error)}: ${(error as Error).message}`,
  );

await writeFile(join(small, 'filler'), Buffer.alloc(1024 * 1024)).catch(() => undefined);
const ofBackup = await attempt(backUp(state, join(small, 'backup')));
const left = await readdir(small);
await rm(join(small, 'filler'));
const restored = join(small, 'state');
await mkdir(restored, { mode: 0o700 });
const ofRestore = await attempt(restore(restored, backup));
const names = await readdir(restored);
writeSync(1, `${JSON.stringify({ ofBackup, left, ofRestore, names })}\n`);

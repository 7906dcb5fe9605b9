/** A backup is whole or not there, and a restore leaves the state before or that of the backup. */
import assert from 'node:assert/strict';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { readStoredAccounts, writeStoredAccounts } from '../../../server/access/accounts-file.ts';
import { openSessionSecret } from '../../../server/access/session-secret.ts';
import { createVersionStore } from '../../../server/history/versions/version-store.ts';
import { restoreBackup } from '../../../server/process/backup/restore-backup.ts';
import { takeBackup } from '../../../server/process/backup/take-backup.ts';
import { openStateFolder } from '../../../server/process/open-state-folder.ts';
import { buildChild, makeFolder, runToEnd } from '../../unit/history/run-child.ts';
import { newVersion } from '../../unit/history/samples.ts';
import type { Point } from './point.ts';

const child = new URL('./backup-child.ts', import.meta.url);
const hostName = 'server1';

/** A state of which each part says which one it is. */
async function writeState(stateDirectory: string, name: string): Promise<void> {
  const lock = await openStateFolder(stateDirectory);
  await writeStoredAccounts(stateDirectory, [{ name, role: 'admin', passwordHash: 'none' }]);
  const store = await createVersionStore({ directory: join(stateDirectory, 'history') });
  await store.keep(newVersion(name));
  await openSessionSecret(stateDirectory);
  await lock.release();
}

/** As the next start finds it. */
async function readState(stateDirectory: string): Promise<string> {
  const lock = await openStateFolder(stateDirectory);
  const accounts = await readStoredAccounts(stateDirectory);
  const directory = join(stateDirectory, 'history');
  const store = await createVersionStore({
    directory,
    reportDamage: (sentence) => assert.fail(sentence),
  });
  const texts: string[] = [];
  for (const { id } of await store.list()) texts.push((await store.read(id))?.text ?? 'gone');
  await lock.release();
  return [accounts?.map(({ name }) => name).join('+'), ...texts].join(' ');
}

/** Runs a scenario once. @returns the folder as a kill at each moment would leave it, and as it ended */
async function killEverywhere(context: TestContext, scenario: string, folder: string) {
  const copies = await makeFolder(context);
  const program = await buildChild(context, child);
  const { lines } = await runToEnd(process.execPath, program, scenario, folder, copies);
  const points = JSON.parse(lines.at(-1) ?? '') as Point[];
  return { points, folders: [...points.map(({ copy }) => copy), folder] };
}

describe('killed anywhere', () => {
  it('a restore leaves the state before, or that of the backup', async (context) => {
    const folder = await makeFolder(context);
    const stateDirectory = join(folder, 'state');
    await writeState(stateDirectory, 'old');
    await takeBackup({ stateDirectory, path: join(folder, 'backup'), hostName });
    await rm(stateDirectory, { recursive: true });
    await writeState(stateDirectory, 'new');
    const { points, folders } = await killEverywhere(context, 'restore', folder);
    const found: string[] = [];
    for (const copy of folders) {
      found.push(await readState(join(copy, 'state')));
      const names = await readdir(join(copy, 'state'));
      const left = names.filter((name) => /^(?:restoring|\.wai-part)/.test(name));
      assert.deepEqual(left, [], copy);
    }
    // One rename decides.
    const decided = found.indexOf('old old');
    assert.equal(points[decided - 1]?.name, 'rename');
    const expected = found.map((_, index) => (index < decided ? 'new new' : 'old old'));
    assert.deepEqual(found, expected);
    assert.ok(points.slice(decided).filter(({ name }) => name === 'rename').length >= 8);
  });

  it('a backup is whole, or not there', async (context) => {
    const folder = await makeFolder(context);
    await writeState(join(folder, 'state'), 'old');
    const { folders } = await killEverywhere(context, 'backup', folder);
    const seen = new Set<boolean>();
    for (const copy of folders) {
      const isThere = (await readdir(copy)).includes('backup');
      seen.add(isThere);
      if (!isThere) continue;
      const stateDirectory = join(copy, 'fresh');
      const path = join(copy, 'backup');
      await restoreBackup({ stateDirectory, path, hostName, isOtherHostAllowed: false });
      assert.equal(await readState(stateDirectory), 'old old');
    }
    assert.deepEqual([...seen], [false, true]);
  });
});

/** What the tests look at in a state folder. */
import assert from 'node:assert/strict';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { TestContext } from 'node:test';
import { readStoredAccounts } from '../server/access/accounts-file.ts';
import { openSessionSecret } from '../server/access/session-secret.ts';
import { createJournal } from '../server/history/journal.ts';
import { openNotices } from '../server/history/notices.ts';
import { createPendingConfirmation } from '../server/history/pending-confirmation.ts';
import { openRecordLog } from '../server/history/record-log.ts';
import { createRunningDrill } from '../server/history/running-drill.ts';
import { createVersionStore } from '../server/history/versions/version-store.ts';
import { findStateFileKind } from '../server/shared/state-files.ts';
import { failoverRecordSchema } from '../server/state/failover-records.ts';

/** Recorded with the last program whose files named no format; see the README beside it. */
export const recordedFolder = new URL('./fixtures/state-format-1/', import.meta.url);

/** A copy of the recorded state folder, with the rights that it had. */
export async function copyRecordedState(context: TestContext): Promise<string> {
  const parent = await mkdtemp('/dev/shm/wai-state-');
  context.after(() => rm(parent, { recursive: true, force: true }));
  const folder = join(parent, 'state');
  await cp(new URL('state', recordedFolder), folder, { recursive: true });
  for (const name of ['', 'history', 'history/versions', 'maintenance']) {
    await chmod(join(folder, name), 0o700);
  }
  return folder;
}

/** Everything that this program shows of a state folder, as its stores read it. */
export async function readAllState(stateDirectory: string) {
  const directory = join(stateDirectory, 'history');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const store = await createVersionStore({
    directory,
    reportDamage: (sentence) => assert.fail(sentence),
  });
  const failovers = await openRecordLog(
    join(stateDirectory, 'failovers.jsonl'),
    failoverRecordSchema,
    10_000,
  );
  const state = {
    accounts: await readStoredAccounts(stateDirectory),
    sessionSecret: await openSessionSecret(stateDirectory),
    versions: await Promise.all(
      (await store.list()).map(async (record) => {
        const version = await store.read(record.id);
        return { record, text: version?.text };
      }),
    ),
    unfinished: (await createJournal({ directory }).findUnfinished()) ?? null,
    confirmation: (await createPendingConfirmation({ directory }).find()) ?? null,
    drill: (await createRunningDrill({ directory }).find()) ?? null,
    notices: (await openNotices({ directory: stateDirectory })).list(),
    failovers: failovers.entries(),
  };
  // As it was recorded: without what is undefined.
  return JSON.parse(JSON.stringify(state)) as typeof state;
}

/** Every path in a folder and what is there, to compare. */
export async function takeSnapshot(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const contents = entries.map(async (entry): Promise<[string, string]> => {
    const path = join(entry.parentPath, entry.name);
    const content = entry.isFile() ? await readFile(path, 'latin1') : 'no file';
    return [relative(folder, path), content];
  });
  return new Map((await Promise.all(contents)).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Every file of a folder is one that the table knows, and names its format. */
export async function assertNamesFormats(folder: string): Promise<string[]> {
  const names: string[] = [];
  const isFolderNamed = /^\{"format":2\}\n$/.test(
    await readFile(join(folder, 'state-format.json'), 'utf8'),
  );
  for (const [name, content] of await takeSnapshot(folder)) {
    if (content === 'no file') continue;
    names.push(name);
    const kind = findStateFileKind(name);
    assert.ok(kind, `${name} is in no row of server/shared/state-files.ts`);
    switch (kind.namesFormatBy) {
      case 'json':
        assert.equal((JSON.parse(content) as { format?: unknown }).format, 2, name);
        break;
      case 'json-lines':
        assert.match(content, /^\{"format":2\}\n/, name);
        break;
      case 'folder':
        assert.ok(isFolderNamed);
    }
  }
  return names;
}

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import test from 'node:test';
import { openAccounts } from '../../../server/access/accounts.ts';
import { addAccount } from '../../../server/process/add-account.ts';

test('a password from standard input is taken without its line end, and never told', async (t) => {
  const stateDirectory = await mkdtemp(join(tmpdir(), 'wai-add-account-'));
  t.after(() => rm(stateDirectory, { recursive: true }));
  await openAccounts({ stateDirectory, adminPasswordFile: undefined });
  const account = { name: 'watcher', role: 'viewer' } as const;
  const told = await addAccount(
    stateDirectory,
    { kind: 'add-account', account, isPasswordGiven: true },
    Readable.from(['look ', 'only\n']),
  );
  assert.match(told, /^The account watcher \(viewer\) was made\..* uses it within a second\.\n$/);
  const { accounts } = await openAccounts({ stateDirectory, adminPasswordFile: undefined });
  assert.deepEqual(await accounts.findUserByPassword('watcher', 'look only'), account);
});

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { writeFirstPassword, writeStoredAccounts } from '../../../server/access/accounts-file.ts';
import { openAccounts } from '../../../server/access/accounts.ts';
import { setAccount } from '../../../server/access/set-account.ts';
import { watchAccounts } from '../../../server/access/watch-accounts.ts';
import { eventually } from '../../lab/eventually.ts';

const passwordCost = { ln: 8, r: 8, p: 1 };

test('a change before anybody listens is taken over, and later ones are told', async (context) => {
  const stateDirectory = await mkdtemp(join(tmpdir(), 'wai-watch-'));
  context.after(() => rm(stateDirectory, { recursive: true }));
  const options = { stateDirectory, adminPasswordFile: undefined, passwordCost };
  const { accounts } = await openAccounts(options);
  const problems: unknown[] = [];
  const onProblem = (error: unknown) => problems.push(error);
  const watch = await watchAccounts({ stateDirectory, accounts, onProblem });
  context.after(watch.close);
  const watcher = { name: 'watcher', role: 'viewer', password: 'look only' } as const;
  await setAccount(stateDirectory, watcher, passwordCost);
  await eventually('the account is known', () => accounts.findUser('watcher') !== undefined);

  let told = 0;
  watch.subscribe(() => (told += 1));
  await writeFirstPassword(stateDirectory, 'the first');
  await eventually('the first password is told', () => told > 0);
  assert.ok(watch.findFirstPasswordFile());
  await writeStoredAccounts(stateDirectory, []);
  await eventually('the account is gone', () => accounts.findUser('watcher') === undefined);
  assert.ok(told > 1);
  assert.deepEqual(problems, []);
});

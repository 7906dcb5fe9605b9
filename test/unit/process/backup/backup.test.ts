import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmod,
  mkdir,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { basename, join } from 'node:path';
import test from 'node:test';
import { writeStoredAccounts } from '../../../../server/access/accounts-file.ts';
import { setAccount } from '../../../../server/access/set-account.ts';
import { acquireLock } from '../../../../server/history/lock.ts';
import { createPendingConfirmation } from '../../../../server/history/pending-confirmation.ts';
import { createVersionStore } from '../../../../server/history/versions/version-store.ts';
import { openStateFolder } from '../../../../server/process/open-state-folder.ts';
import { copyRecordedState, readAllState } from '../../../state-folder.ts';
import { newVersion } from '../../history/samples.ts';
import { backUp, hostName, makeFolder, restore } from './archives.ts';

const cost = { ln: 4, r: 1, p: 1 };

test('a backup is a plain archive that only its owner reads, and says which secrets it has', async (context) => {
  const state = await copyRecordedState(context);
  const folder = await makeFolder(context);
  const path = join(folder, 'backup.tar.gz');
  await (await openStateFolder(state)).release();
  const told = await backUp(state, path);
  for (const secret of [
    'admin (admin), watcher (viewer)',
    'hashes',
    'first password',
    'sessions',
  ]) {
    assert.ok(told.includes(secret), told);
  }
  assert.match(told, /6 texts of configuration files with the passwords in them/);
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.deepEqual(await readdir(folder), [basename(path)]);

  // tar itself reads it.
  const listed = execFileSync('tar', ['-tvzf', path], { encoding: 'utf8' }).trimEnd().split('\n');
  for (const line of listed) assert.match(line, /^-rw------- root\/root .* keepalived-wai\/\S+$/);
  const unpacked = join(folder, 'unpacked');
  await mkdir(unpacked);
  execFileSync('tar', ['-xzf', path, '-C', unpacked]);
  const inside = join(unpacked, 'keepalived-wai');
  const names = await readdir(inside, { recursive: true });
  // What is under way now, and what keepalived reads, is not in it.
  for (const name of ['journal', 'pending', 'running', 'maintenance', 'lock']) {
    assert.ok(!names.join().includes(name), name);
  }
  for (const name of ['accounts.json', 'state-format.json', 'failovers.jsonl', 'notices.jsonl']) {
    assert.deepEqual(await readFile(join(inside, name)), await readFile(join(state, name)));
  }
  const texts = 'history/versions';
  assert.deepEqual(
    (await readdir(join(inside, texts))).sort(),
    (await readdir(join(state, texts))).sort(),
  );
});

test('a backup replaces nothing, is never in the state folder, and leaves no part of it', async (context) => {
  const state = await copyRecordedState(context);
  const folder = await makeFolder(context);
  await writeFile(join(folder, 'there'), 'kept');
  await symlink(join(folder, 'elsewhere'), join(folder, 'link'));
  await symlink(state, join(folder, 'to-state'));
  const refusals: [string, RegExp][] = [
    [join(folder, 'there'), /there exists already\. Choose another name\. No backup was made\.$/],
    [join(folder, 'link'), /link exists already/],
    [join(state, 'backup'), /in the state folder itself/],
    [join(folder, 'to-state/history/backup'), /in the state folder itself/],
    [join(folder, 'nowhere/backup'), /cannot be written \(ENOENT\)/],
    [join(folder, 'there/backup'), /cannot be written \(ENOTDIR\)/],
    ['/proc/backup', /cannot be written/],
  ];
  const before = await readdir(state, { recursive: true });
  for (const [path, message] of refusals) {
    await assert.rejects(backUp(state, path), { code: 'backup-place', message });
  }
  assert.equal(await readFile(join(folder, 'there'), 'utf8'), 'kept');
  assert.deepEqual((await readdir(folder)).sort(), ['link', 'there', 'to-state']);
  assert.deepEqual(await readdir(state, { recursive: true }), before);
});

test('a backup that could not be restored is not made, and what is not in it is named', async (context) => {
  const state = await copyRecordedState(context);
  const folder = await makeFolder(context);
  const path = join(folder, 'backup');
  await writeFile(join(state, 'accounts.json.mine'), '');
  assert.match(await backUp(state, path), /does not know them: "accounts\.json\.mine"\.\n$/);
  await rm(path);
  await writeFile(join(state, 'session-secret'), Buffer.alloc(100_000));
  await assert.rejects(backUp(state, path), { message: /"session-secret" with 100000 bytes/ });
  await rm(join(state, 'session-secret'));
  await symlink('/etc/hostname', join(state, 'session-secret'));
  await assert.rejects(backUp(state, path), { code: 'state-link' });
  await rm(join(state, 'session-secret'));
  await mkdir(join(state, 'restoring'));
  await assert.rejects(backUp(state, path), { code: 'restore-interrupted' });
  const account = { name: 'admin', role: 'admin', password: undefined } as const;
  await assert.rejects(setAccount(state, account, cost), { code: 'restore-interrupted' });
  assert.deepEqual(await readdir(folder), []);
});

test('without a state, or with that of a newer program, there is no backup', async (context) => {
  const folder = await makeFolder(context);
  const path = join(folder, 'backup');
  await assert.rejects(backUp(join(folder, 'nowhere'), path), { code: 'no-state' });
  const state = await copyRecordedState(context);
  await writeFile(join(state, 'notices.jsonl'), '{"format":3}\n');
  await assert.rejects(backUp(state, path), { code: 'state-newer' });
  assert.deepEqual(await readdir(folder), []);
});

test('what was backed up is there again, and what was there before is kept', async (context) => {
  const state = await copyRecordedState(context);
  const path = join(await makeFolder(context), 'backup');
  // Somebody watched for failovers until then.
  await utimes(join(state, 'failovers.jsonl'), 1_796_000_000, 1_796_000_000);
  await chmod(join(state, 'failovers.jsonl'), 0o644);
  const { confirmation, ...shown } = await readAllState(state);
  assert.ok(confirmation);
  await backUp(state, path);

  const directory = join(state, 'history');
  await createPendingConfirmation({ directory }).set(undefined);
  await setAccount(state, { name: 'watcher', role: 'admin', password: 'another one' }, cost);
  await (await createVersionStore({ directory })).keep(newVersion('after the backup'));
  await rm(join(state, 'first-password'), { force: true });
  await rm(join(state, 'notices.jsonl'));
  await writeFile(join(state, 'certificate.pem'), 'made since');
  await writeFile(join(state, 'maintenance/VI_1'), '-254\n');
  const watched = await stat(join(state, 'maintenance'));
  const changed = await readAllState(state);

  const told = await restore(state, path);
  const { confirmation: waiting, ...restored } = await readAllState(state);
  assert.deepEqual(restored, shown);
  assert.equal(waiting, null, 'a change that was confirmed since is not rolled back');
  assert.equal((await stat(join(state, 'failovers.jsonl'))).mtimeMs, 1_796_000_000_000);
  assert.ok((await readdir(state)).includes('first-password'));
  assert.ok(!(await readdir(state)).includes('certificate.pem'));
  // keepalived watches this very folder, and the address must not move.
  assert.equal((await stat(join(state, 'maintenance'))).ino, watched.ino);
  assert.equal(await readFile(join(state, 'maintenance/VI_1'), 'utf8'), '-254\n');
  for (const name of await readdir(state, { recursive: true })) {
    if (name.includes('maintenance') || name.includes('lock')) continue;
    const { mode } = await stat(join(state, name));
    if (!name.startsWith('before')) assert.equal(mode & 0o077, 0, name);
  }

  const [, aside = ''] = /before is in (\S+)\. It has secrets/.exec(told) ?? [];
  assert.ok(aside.startsWith(join(state, 'before-restore-')), told);
  assert.deepEqual(await readAllState(aside), { ...changed });
  assert.match(told, new RegExp(`the state of ${hostName} from `));

  await (await openStateFolder(state)).release();
  await rm(aside, { recursive: true });
  await rm(join(state, 'history/pending-confirmation.jsonl'), { force: true });
  const names = await readdir(state);
  assert.ok(!names.some((name) => /^(?:restoring|\.wai-part)/.test(name)), names.join());
});

test('a server that lost everything gets its state back', async (context) => {
  const state = await copyRecordedState(context);
  const folder = await makeFolder(context);
  const { confirmation, ...shown } = await readAllState(state);
  assert.ok(confirmation);
  await backUp(state, join(folder, 'backup'));
  const fresh = join(folder, 'fresh/state');
  await mkdir(join(fresh, '..'));
  await restore(fresh, join(folder, 'backup'));
  const lock = await openStateFolder(fresh);
  const { confirmation: waiting, ...restored } = await readAllState(fresh);
  assert.deepEqual([restored, waiting], [shown, null]);
  await lock.release();
  assert.equal((await stat(fresh)).mode & 0o777, 0o700);
});

test('nothing is restored while the program runs', async (context) => {
  const state = await copyRecordedState(context);
  const path = join(await makeFolder(context), 'backup');
  await backUp(state, path);
  await createPendingConfirmation({ directory: join(state, 'history') }).set(undefined);
  const lock = await acquireLock(state);
  await assert.rejects(restore(state, path), {
    code: 'state-directory-in-use',
    message: new RegExp(`process ${process.pid}\\. Stop that one first`),
  });
  await lock.release();
  await restore(state, path);
});

test('a backup of another server needs to be asked for', async (context) => {
  const state = await copyRecordedState(context);
  const path = join(await makeFolder(context), 'backup');
  await backUp(state, path);
  await createPendingConfirmation({ directory: join(state, 'history') }).set(undefined);
  const other = { stateDirectory: state, path, hostName: 'server2' };
  const { restoreBackup } = await import('../../../../server/process/backup/restore-backup.ts');
  await assert.rejects(restoreBackup({ ...other, isOtherHostAllowed: false }), {
    code: 'backup-of-another-host',
    message: /of the server "server1", and this is server2: .* add --from-another-host/,
  });
  await restoreBackup({ ...other, isOtherHostAllowed: true });
});

test('what is under way is settled first', async (context) => {
  const state = await copyRecordedState(context);
  const path = join(await makeFolder(context), 'backup');
  await backUp(state, path);
  const before = await readAllState(state);
  await assert.rejects(restore(state, path), {
    code: 'state-unsettled',
    message: /^A change waits for its confirmation, .* Start keepalived-wai, wait/,
  });
  assert.deepEqual(await readAllState(state), before);
  const directory = join(state, 'history');
  await createPendingConfirmation({ directory }).set(undefined);
  await writeFile(join(directory, 'journal.jsonl'), 'damaged\n');
  await assert.rejects(restore(state, path), { code: 'journal-damaged' });
  await writeFile(join(directory, 'journal.jsonl'), '');
  const drill = { instanceName: 'VI_1', path: '/x', oldValue: 0, lastValue: 0 };
  await writeFile(join(directory, 'running-drill.jsonl'), `${JSON.stringify(drill)}\n`);
  await assert.rejects(restore(state, path), { message: /^A failover drill was interrupted/ });
});

test('a backup that is made while the program saves has the state of one moment', async (context) => {
  const state = await copyRecordedState(context);
  const folder = await makeFolder(context);
  const lock = await openStateFolder(state);
  const { accounts = [] } = await readAllState(state);
  const store = await createVersionStore({ directory: join(state, 'history'), limit: 4 });
  const end = new AbortController();
  const saving = (async () => {
    for (let number = 0; !end.signal.aborted; number++) {
      // The text, then the index, then what nobody needs any more goes.
      await store.keep(newVersion(`version ${number}`, { comment: `${number}` }));
      await writeStoredAccounts(state, [
        ...accounts,
        { name: `of-${number}`, role: 'viewer', passwordHash: 'none' },
      ]);
      await new Promise((resolve) => setTimeout(resolve, number % 3 === 0 ? 400 : 0));
    }
  })();
  for (let backup = 0; backup < 3; backup++) {
    const path = join(folder, `${backup}.tar.gz`);
    await backUp(state, path);
    const fresh = join(folder, `${backup}`);
    await restore(fresh, path);
    // No damage is reported, and every version has its text.
    const { versions } = await readAllState(fresh);
    assert.ok(versions.length > 0);
    for (const { text } of versions) assert.ok(text !== undefined);
  }
  end.abort();
  await saving;
  await lock.release();
});

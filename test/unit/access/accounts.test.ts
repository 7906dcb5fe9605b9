import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { openAccounts as openRealAccounts } from '../../../server/access/accounts.ts';
import { setAccount as setRealAccount } from '../../../server/access/set-account.ts';

/** A thousandth of the real cost, which `passwords.test.ts` has. */
const passwordCost = { ln: 8, r: 8, p: 1 };
const openAccounts = (options: Parameters<typeof openRealAccounts>[0]) =>
  openRealAccounts({ passwordCost, ...options });
const setAccount = (stateDirectory: string, account: Parameters<typeof setRealAccount>[1]) =>
  setRealAccount(stateDirectory, account, passwordCost);

async function makeStateDirectory(context: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'wai-accounts-'));
  context.after(() => rm(directory, { recursive: true }));
  return directory;
}

test('the first start makes admin with a generated password, told once', async (context) => {
  const stateDirectory = await makeStateDirectory(context);
  const options = { stateDirectory, adminPasswordFile: undefined };

  const { accounts, generatedPassword } = await openAccounts(options);
  assert.match(generatedPassword ?? '', /^([0-9a-hjkmnp-tv-z]{5}-){3}[0-9a-hjkmnp-tv-z]{5}$/);
  const admin = { name: 'admin', role: 'admin' };
  assert.deepEqual(await accounts.findUserByPassword('admin', generatedPassword ?? ''), admin);
  assert.equal(await accounts.findUserByPassword('admin', 'wrong'), undefined);
  assert.equal(await accounts.findUserByPassword('root', generatedPassword ?? ''), undefined);

  const again = await openAccounts(options);
  assert.equal(again.generatedPassword, undefined);
  assert.deepEqual(
    await again.accounts.findUserByPassword('admin', generatedPassword ?? ''),
    admin,
  );
});

test('the file is private, whole, and holds no password', async (context) => {
  const stateDirectory = await makeStateDirectory(context);
  const { generatedPassword } = await openAccounts({
    stateDirectory,
    adminPasswordFile: undefined,
  });
  assert.deepEqual(await readdir(stateDirectory), ['accounts.json']);
  const path = join(stateDirectory, 'accounts.json');
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.equal((await readFile(path, 'utf8')).includes(generatedPassword ?? '?'), false);
});

test('the password file sets the first password only', async (context) => {
  const stateDirectory = await makeStateDirectory(context);
  const adminPasswordFile = join(stateDirectory, 'password');
  await writeFile(adminPasswordFile, 'from the file\n');
  const first = await openAccounts({ stateDirectory, adminPasswordFile });
  assert.equal(first.generatedPassword, undefined);
  assert.ok(await first.accounts.findUserByPassword('admin', 'from the file'));

  await writeFile(adminPasswordFile, 'another one\n');
  const second = await openAccounts({ stateDirectory, adminPasswordFile });
  assert.ok(await second.accounts.findUserByPassword('admin', 'from the file'));
  assert.equal(await second.accounts.findUserByPassword('admin', 'another one'), undefined);
});

for (const [problem, content, sentence] of [
  ['is missing', undefined, /WAI_ADMIN_PASSWORD_FILE: .*\/password cannot be read \(ENOENT\)/],
  ['is empty', '\n', /WAI_ADMIN_PASSWORD_FILE: .*\/password is empty/],
  ['is one character', 'x', /WAI_ADMIN_PASSWORD_FILE: .* is too short: use at least 8 characters/],
  ['is too long', 'x'.repeat(1025), /WAI_ADMIN_PASSWORD_FILE: .* more than 1024 characters/],
] as const) {
  test(`a password file that ${problem} is explained, and makes no account`, async (context) => {
    const stateDirectory = await makeStateDirectory(context);
    const adminPasswordFile = join(stateDirectory, 'password');
    if (content !== undefined) await writeFile(adminPasswordFile, content);
    await assert.rejects(openAccounts({ stateDirectory, adminPasswordFile }), sentence);
    assert.equal((await readdir(stateDirectory)).includes('accounts.json'), false);
  });
}

test('a damaged accounts file is explained, never replaced', async (context) => {
  const stateDirectory = await makeStateDirectory(context);
  const path = join(stateDirectory, 'accounts.json');
  for (const text of ['', '{"accounts":[{"name":"admin"}]}', 'null']) {
    await writeFile(path, text);
    const opening = openAccounts({ stateDirectory, adminPasswordFile: undefined });
    await assert.rejects(opening, /accounts\.json is damaged/);
    assert.equal(await readFile(path, 'utf8'), text);
  }
});

test('an account is made and changed; the others stay as they are', async (context) => {
  const stateDirectory = await makeStateDirectory(context);
  const options = { stateDirectory, adminPasswordFile: undefined };
  const { generatedPassword = '' } = await openAccounts(options);

  const watcher = { name: 'watcher', role: 'viewer' } as const;
  const made = await setAccount(stateDirectory, { ...watcher, password: 'look only' });
  assert.deepEqual(made, { isNew: true, generatedPassword: undefined });
  const { accounts } = await openAccounts(options);
  assert.deepEqual(await accounts.findUserByPassword('watcher', 'look only'), watcher);
  assert.ok(await accounts.findUserByPassword('admin', generatedPassword));

  const raised = { name: 'watcher', role: 'admin' } as const;
  const changed = await setAccount(stateDirectory, { ...raised, password: undefined });
  assert.equal(changed.isNew, false);
  const again = (await openAccounts(options)).accounts;
  assert.equal(await again.findUserByPassword('watcher', 'look only'), undefined);
  const password = changed.generatedPassword ?? '';
  assert.deepEqual(await again.findUserByPassword('watcher', password), raised);
  const path = join(stateDirectory, 'accounts.json');
  assert.equal((await stat(path)).mode & 0o777, 0o600);

  // With another administrator, admin may become less; the last one may not.
  await setAccount(stateDirectory, { name: 'admin', role: 'viewer', password: 'not too short' });
  await assert.rejects(
    setAccount(stateDirectory, { ...watcher, password: 'not too short' }),
    /watcher is the only administrator/,
  );
});

test('what cannot be an account is refused, and the file stays', async (context) => {
  const stateDirectory = await makeStateDirectory(context);
  const path = join(stateDirectory, 'accounts.json');
  const viewer = { name: 'watcher', role: 'viewer', password: 'not too short' } as const;
  await assert.rejects(setAccount(stateDirectory, viewer), /Start keepalived-wai once/);
  assert.deepEqual(await readdir(stateDirectory), []);

  await openAccounts({ stateDirectory, adminPasswordFile: undefined });
  const before = await readFile(path, 'utf8');
  for (const name of ['', 'a:b', 'a b', '-x', '<b>', 'x'.repeat(65)]) {
    await assert.rejects(setAccount(stateDirectory, { ...viewer, name }), /cannot be the name/);
  }
  for (const [password, says] of [
    ['', /The password is empty/],
    ['x'.repeat(1025), /more than 1024 characters/],
    ['x', /The password is too short: use at least 8 characters/],
    ['1234567', /too short/],
    ['aaaaaaaabbbb', /too simple: use at least 4 different characters/],
    ['Watchers', /is the name of the account/],
  ] as const) {
    const watchers = { ...viewer, name: 'watchers' };
    await assert.rejects(setAccount(stateDirectory, { ...watchers, password }), says);
    if (password === 'Watchers') continue;
    await assert.rejects(setAccount(stateDirectory, { ...viewer, password }), says);
  }
  assert.equal(await readFile(path, 'utf8'), before);
});

test('an unknown user costs as much time as a known one', async (context) => {
  const stateDirectory = await makeStateDirectory(context);
  const { accounts } = await openAccounts({
    ...{ stateDirectory, adminPasswordFile: undefined },
    passwordCost: { ln: 13, r: 8, p: 3 },
  });
  /** Of processor time: what other programs on the machine take does not count. */
  const fastestMicroseconds = { admin: Infinity, nobody: Infinity };
  const attempt = async (name: 'admin' | 'nobody') => {
    const before = process.cpuUsage();
    await accounts.findUserByPassword(name, 'wrong');
    const { user, system } = process.cpuUsage(before);
    fastestMicroseconds[name] = Math.min(fastestMicroseconds[name], user + system);
  };
  const ratio = () => fastestMicroseconds.nobody / fastestMicroseconds.admin;
  const isEven = () => ratio() > 0.9 && ratio() < 1.1;
  // The fastest of each are what they cost; on a busy machine it takes more rounds to see them.
  for (let round = 0; round < 3 || (round < 40 && !isEven()); round += 1) {
    await attempt('admin');
    await attempt('nobody');
  }
  assert.ok(isEven(), `unknown to known: ${ratio().toFixed(2)}`);
});

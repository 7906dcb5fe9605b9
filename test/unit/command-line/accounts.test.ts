import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { readFirstPassword, writeFirstPassword } from '../../../server/access/accounts-file.ts';
import { openAccounts } from '../../../server/access/accounts.ts';
import {
  addAccount,
  printFirstPassword,
  resetPassword,
} from '../../../server/command-line/account-commands.ts';
import { UsageError } from '../../../server/command-line/read-command-line.ts';
import { CancelledError, readPassword } from '../../../server/command-line/read-password.ts';

const passwordCost = { ln: 4, r: 1, p: 1 };

/** A state folder with the account `admin`, a terminal that types, and what is printed. */
async function prepare(context: TestContext, { isFirstStart = false } = {}) {
  const stateDirectory = await mkdtemp(join(tmpdir(), 'wai-accounts-'));
  context.after(() => rm(stateDirectory, { recursive: true }));
  if (!isFirstStart) {
    await openAccounts({ stateDirectory, adminPasswordFile: undefined, passwordCost });
  }
  let printed = '';
  const print = (text: string) => void (printed += text);
  const login = async (name: string, password: string) => {
    const { accounts } = await openAccounts({ stateDirectory, adminPasswordFile: undefined });
    return accounts.findUserByPassword(name, password);
  };
  return { stateDirectory, print, printed: () => printed, login };
}

function createTerminal(isTTY: boolean) {
  const raw: boolean[] = [];
  /** Whether nothing was echoed when a question was shown. */
  const silences: boolean[] = [];
  const input = Object.assign(new PassThrough(), {
    isTTY,
    setRawMode: (on: boolean) => raw.push(on),
  });
  let shown = '';
  const prompts = new Writable({
    write(chunk: Buffer, _encoding, done) {
      shown += chunk.toString();
      if (chunk.toString().endsWith(': ')) silences.push(raw.at(-1) === true);
      done();
    },
  });
  return {
    terminal: { input: input as unknown as NodeJS.ReadStream, prompts },
    raw,
    silences,
    shown: () => shown,
    type: (text: string) => input.write(text),
    end: (text?: string) => input.end(text),
  };
}

test('a password from standard input is taken without its line end, and never printed', async (context) => {
  const { login, printed, ...dependencies } = await prepare(context);
  const { terminal, end } = createTerminal(false);
  end('look only\r\n');
  await addAccount(['watcher', 'viewer'], new Set(['--password-stdin']), {
    ...dependencies,
    terminal,
  });
  assert.match(printed(), /^The account watcher \(viewer\) was made\..* within a second\.\n$/);
  assert.deepEqual(await login('watcher', 'look only'), { name: 'watcher', role: 'viewer' });
});

test('on a terminal it is typed twice, without echo', async (context) => {
  const { login, printed, ...dependencies } = await prepare(context);
  const { terminal, type, shown, raw, silences } = createTerminal(true);
  // Typed ahead, with a correction: one chunk may hold both answers.
  type('wrong\u0015correct hose\u007f\u007frse\u001b[A ü\u001bOP\u001b[15~\rcorrect horse ü\r');
  await resetPassword(['admin'], new Set(['--password-stdin']), { ...dependencies, terminal });
  assert.equal(shown(), 'New password for admin (empty: one is made): \nThe same again: \n');
  assert.deepEqual(raw, [true, false, true, false]);
  assert.deepEqual(silences, [true, true]);
  assert.match(printed(), /^The account admin \(admin\) was changed\. .* must log in again\.\n$/);
  assert.deepEqual(await login('admin', 'correct horse ü'), { name: 'admin', role: 'admin' });
});

test('two that differ change nothing', async () => {
  const { terminal, type, raw } = createTerminal(true);
  type('correct horse\rcorrect house\r');
  await assert.rejects(readPassword('admin', new Set(), terminal), { code: 'passwords-differ' });
  assert.equal(raw.at(-1), false);
});

test('an empty answer makes a password, and it is printed once', async (context) => {
  const { login, printed, ...dependencies } = await prepare(context);
  const { terminal, type } = createTerminal(true);
  type('\r');
  await addAccount(['watcher', 'viewer'], new Set(), { ...dependencies, terminal });
  const [, password = ''] = /Username: watcher\n {4}Password: (\S+)\n/.exec(printed()) ?? [];
  assert.deepEqual(await login('watcher', password), { name: 'watcher', role: 'viewer' });
});

for (const [what, typed] of [
  ['Ctrl-C', 'half\u0003'],
  ['Ctrl-D', '\u0004'],
] as const) {
  test(`${what} gives up, and the terminal echoes again`, async () => {
    const { terminal, type, raw } = createTerminal(true);
    type(typed);
    await assert.rejects(readPassword('admin', new Set(), terminal), CancelledError);
    assert.deepEqual(raw, [true, false]);
  });
}

test('a terminal that is closed gives up', async () => {
  const { terminal, end } = createTerminal(true);
  end();
  await assert.rejects(readPassword('admin', new Set(), terminal), CancelledError);
});

test('without a terminal somebody must say where the password comes from', async () => {
  const { terminal } = createTerminal(false);
  await assert.rejects(readPassword('admin', new Set(), terminal), (error: Error) => {
    assert.match(error.message, /--password-stdin .* --generate/);
    return error instanceof UsageError;
  });
});

test('another password keeps the role, and needs the account', async (context) => {
  const { login, printed, ...dependencies } = await prepare(context);
  const given = new Set(['--generate']);
  const { terminal } = createTerminal(false);
  await addAccount(['watcher', 'viewer'], given, { ...dependencies, terminal });
  await resetPassword(['watcher'], given, { ...dependencies, terminal });
  const passwords = [...printed().matchAll(/Password: (\S+)/g)].map(([, password]) => password);
  assert.equal(passwords.length, 2);
  assert.equal(await login('watcher', passwords[0] ?? ''), undefined);
  assert.deepEqual(await login('watcher', passwords[1] ?? ''), { name: 'watcher', role: 'viewer' });
  await assert.rejects(resetPassword(['nobody'], given, { ...dependencies, terminal }), {
    code: 'no-account',
    message: /There is no account "nobody" in .*\. The accounts are: admin, watcher\.$/,
  });
});

test('the first password is printed alone, until it is changed', async (context) => {
  const { printed, ...dependencies } = await prepare(context);
  await writeFirstPassword(dependencies.stateDirectory, 'abcde-fghij');
  await printFirstPassword(dependencies);
  assert.equal(printed(), 'abcde-fghij\n');
  const { terminal } = createTerminal(false);
  await resetPassword(['admin'], new Set(['--generate']), { ...dependencies, terminal });
  assert.equal(await readFirstPassword(dependencies.stateDirectory), undefined);
  await assert.rejects(printFirstPassword(dependencies), {
    code: 'no-first-password',
    message: /any more: .* run: sudo keepalived-wai reset-password admin$/,
  });
});

test('before the first start it says that there is none yet', async (context) => {
  const dependencies = await prepare(context, { isFirstStart: true });
  await assert.rejects(printFirstPassword(dependencies), {
    message: /yet: the first start makes it\. Start keepalived-wai, or set WAI_STATE_DIR/,
  });
});

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { openAccounts } from '../../server/access/accounts.ts';
import { killProgram } from '../kill-program.ts';
import { eventually } from '../lab/eventually.ts';
import { serverWords } from '../program-words.ts';
import { assertNamesFormats, takeSnapshot } from '../state-folder.ts';

async function makeFolder(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'wai-start-'));
  context.after(() => rm(folder, { recursive: true }));
  return folder;
}

/** The program as its own process, with nothing of this machine's but what it only reads. */
function startProgram(
  context: TestContext,
  folder: string,
  settings: Record<string, string> = {},
  words: string[] = [],
) {
  const child = spawn(process.execPath, [...serverWords, ...words], {
    env: {
      PATH: process.env['PATH'],
      WAI_STATE_DIR: join(folder, 'state'),
      WAI_LISTEN: `unix:${join(folder, 'socket')}`,
      WAI_TLS: 'off',
      WAI_KEEPALIVED_CONFIG: join(folder, 'keepalived.conf'),
      WAI_KEEPALIVED_PID: join(folder, 'keepalived.pid'),
      WAI_SERVICE_MANAGER: 'supervised',
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  context.after(() => killProgram(child));
  let output = '';
  let log = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  return {
    output: () => output,
    log: () => log,
    async untilListening(): Promise<void> {
      while (!output.includes('keepalived-wai: ')) {
        assert.equal(child.exitCode, null, log);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    async end(): Promise<number | null> {
      child.kill('SIGTERM');
      return (await exited)[0];
    },
    kill: () => killProgram(child),
    untilExit: async () => (await exited)[0],
  };
}

test('the first start puts the password into a file that only its owner reads, the second none', async (context) => {
  const folder = await makeFolder(context);
  const first = startProgram(context, folder);
  await first.untilListening();
  const passwordFile = join(folder, 'state/first-password');
  assert.ok(first.output().includes(`Username: admin\n    Password: in ${passwordFile}\n`));
  assert.match(first.output(), /^keepalived-wai: unix:\/.*\/socket$/m);
  const password = (await readFile(passwordFile, 'utf8')).trimEnd();
  assert.match(password, /^([0-9a-z]{5}-){3}[0-9a-z]{5}$/);
  const asking = startProgram(context, folder, {}, ['first-password']);
  assert.equal(await asking.untilExit(), 0, asking.log());
  assert.equal(asking.output(), `${password}\n`);
  assert.equal((await stat(passwordFile)).mode & 0o777, 0o600);
  // What a service prints stays in the journal.
  assert.equal((first.output() + first.log()).includes(password), false);
  assert.equal(await first.end(), 0);

  const second = startProgram(context, folder);
  await second.untilListening();
  assert.match(second.output(), /^keepalived-wai: unix:\/.*\/socket\n$/);

  const third = startProgram(context, folder);
  assert.equal(await third.untilExit(), 1);
  assert.match(third.log(), /^keepalived-wai: .*\/state is in use by another keepalived-wai.*\n$/);
  assert.equal(await second.end(), 0);
});

test('a killed program leaves nothing that stops the next start', async (context) => {
  const folder = await makeFolder(context);
  const killed = startProgram(context, folder);
  await killed.untilListening();
  await killed.kill();
  const next = startProgram(context, folder);
  await next.untilListening();
  assert.equal(await next.end(), 0);
});

for (const [what, settings, line] of [
  [
    'a wrong value',
    { WAI_TLS: 'maybe' },
    /^keepalived-wai: WAI_TLS: "maybe" is not allowed\. .*\n$/,
  ],
  ['a misspelt name', { WAI_TSL: 'on' }, /^keepalived-wai: WAI_TSL: no such setting\. .*\n$/],
  [
    'a missing certificate',
    { WAI_TLS: 'on', WAI_TLS_CERT: '/nowhere/a', WAI_TLS_KEY: '/nowhere/b' },
    /^keepalived-wai: WAI_TLS_CERT: \/nowhere\/a cannot be read \(ENOENT\)\.\n$/,
  ],
] as const) {
  test(`${what} ends the start with one line`, async (context) => {
    const program = startProgram(context, await makeFolder(context), settings);
    // systemd does not start it again then.
    assert.equal(await program.untilExit(), 78);
    assert.match(program.log(), line);
  });
}

test('a state folder of a newer program ends the start with one line, and stays as it is', async (context) => {
  const folder = await makeFolder(context);
  const state = join(folder, 'state');
  const first = startProgram(context, folder);
  await first.untilListening();
  assert.equal(await first.end(), 0);
  // Every file of a first start names its format.
  const names = await assertNamesFormats(state);
  assert.ok(names.includes('accounts.json') && names.includes('session-secret'), names.join());
  await writeFile(join(state, 'state-format.json'), '{"format":3}\n');
  const before = await takeSnapshot(state);
  for (const words of [[], ['--add-account', 'watcher', 'viewer']]) {
    const program = startProgram(context, folder, {}, words);
    assert.equal(await program.untilExit(), 78);
    assert.match(
      program.log(),
      /^keepalived-wai: \/.*\/state-format\.json has format 3, of a newer keepalived-wai\..*\n$/,
    );
  }
  assert.deepEqual(await takeSnapshot(state), before);
});

test('a port in use ends the start with one line, and the password is not lost', async (context) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const folder = await makeFolder(context);
  const program = startProgram(context, folder, { WAI_LISTEN: `127.0.0.1:${port}` });
  assert.equal(await program.untilExit(), 1);
  assert.equal(
    program.log(),
    `web: keepalived-wai: 127.0.0.1:${port} is already in use by another program. Stop it, or set WAI_LISTEN.\n`,
  );
  assert.match(program.output(), /Password: in /);
});

test('on a terminal the password is printed, and kept until another is chosen', async (context) => {
  const folder = await makeFolder(context);
  // script(1) gives it a terminal; the port that is in use ends it.
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const words = [process.execPath, ...serverWords].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['--quiet', '--command', words, '/dev/null'], {
    env: {
      ...{ PATH: process.env['PATH'], WAI_STATE_DIR: join(folder, 'state'), WAI_TLS: 'off' },
      ...{ WAI_LISTEN: `127.0.0.1:${port}`, WAI_SERVICE_MANAGER: 'supervised' },
      WAI_KEEPALIVED_CONFIG: join(folder, 'keepalived.conf'),
      WAI_KEEPALIVED_PID: join(folder, 'keepalived.pid'),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await once(child, 'close');
  const [, password] =
    /Username: admin\r\n +Password: (([0-9a-z]{5}-){3}[0-9a-z]{5})\r\n/.exec(output) ?? [];
  assert.equal(await readFile(join(folder, 'state/first-password'), 'utf8'), `${password}\n`);
});

test('a password that is changed on the command line counts at once, and ends the sessions', async (context) => {
  const folder = await makeFolder(context);
  const passwordFile = join(folder, 'state/first-password');
  const serving = startProgram(context, folder);
  await serving.untilListening();
  const password = (await readFile(passwordFile, 'utf8')).trimEnd();
  const ask = (authorization: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const asking = request(
        {
          socketPath: join(folder, 'socket'),
          path: '/api/v1/status',
          headers: {
            host: 'localhost',
            authorization: `Basic ${Buffer.from(authorization).toString('base64')}`,
          },
        },
        (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        },
      );
      asking.once('error', reject).end();
    });
  assert.equal(await ask(`admin:${password}`), 403, 'the first one is only to be changed');
  const changing = startProgram(context, folder, {}, ['reset-password', 'admin', '--generate']);
  assert.equal(await changing.untilExit(), 0, changing.log());
  const now = /Password: (\S+)\n/.exec(changing.output())?.[1] ?? '';
  await assert.rejects(stat(passwordFile), /ENOENT/);
  const asking = startProgram(context, folder, {}, ['first-password']);
  assert.equal(await asking.untilExit(), 1);
  assert.equal(asking.output(), '');
  assert.match(asking.log(), /any more: .* run: sudo keepalived-wai reset-password admin\n$/);
  await eventually('the old one is refused', async () => {
    const status = await ask(`admin:${password}`);
    return status === 401 || status === 429;
  });
  await eventually('the new one opens', async () => (await ask(`admin:${now}`)) === 200);
  assert.equal(await serving.end(), 0);
});

test('WAI_ADMIN_PASSWORD_FILE: nothing is generated, and nothing of it is printed', async (context) => {
  const folder = await makeFolder(context);
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, 'given by the automation\n');
  const program = startProgram(context, folder, { WAI_ADMIN_PASSWORD_FILE: passwordFile });
  await program.untilListening();
  assert.doesNotMatch(program.output() + program.log(), /Password:|given by the automation/);
  assert.equal(await program.end(), 0);
});

test('an account for somebody who only looks is made on the command line', async (context) => {
  const folder = await makeFolder(context);
  const words = ['--add-account', 'watcher', 'viewer'];
  const early = startProgram(context, folder, {}, words);
  assert.equal(await early.untilExit(), 1);
  assert.match(early.log(), /^keepalived-wai: .*accounts\.json does not exist\..*\n$/);

  const serving = startProgram(context, folder);
  await serving.untilListening();
  // Also while the program runs.
  const adding = startProgram(context, folder, {}, words);
  assert.equal(await adding.untilExit(), 0, adding.log());
  assert.match(
    adding.output(),
    /^The account watcher \(viewer\) was made\..* uses it within a second/,
  );
  const password = /Username: watcher\n +Password: (\S+)\n/.exec(adding.output())?.[1] ?? '';
  assert.equal(await serving.end(), 0);
  const { accounts } = await openAccounts({
    stateDirectory: join(folder, 'state'),
    adminPasswordFile: undefined,
  });
  const watcher = { name: 'watcher', role: 'viewer' };
  assert.deepEqual(await accounts.findUserByPassword('watcher', password), watcher);

  const wrong = startProgram(context, folder, {}, ['--add-user']);
  assert.equal(await wrong.untilExit(), 64);
  assert.match(
    wrong.log(),
    /^keepalived-wai: “--add-user” is not known\. Use keepalived-wai \[serve.*\n$/,
  );
});

/** The real program with a state folder that an earlier one left, its backup and its restore. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { findFreePort } from '../free-port.ts';
import { killProgram } from '../kill-program.ts';
import { eventually } from '../lab/eventually.ts';
import { serverWords } from '../program-words.ts';
import { copyRecordedState, recordedFolder } from '../state-folder.ts';
import { RemoteBrowser } from './remote-browser.ts';

/** The one that is chosen. */
const password = 'a password of their own';

/** The program, and its command, with one state folder and nothing of this machine's. */
async function prepare(context: TestContext) {
  const state = await copyRecordedState(context);
  const folder = join(state, '..');
  const live = join(folder, 'keepalived.conf');
  await copyFile(new URL('keepalived.conf', recordedFolder), live);
  const port = await findFreePort();
  const url = `https://127.0.0.1:${port}`;
  const env = {
    ...{ PATH: process.env['PATH'], WAI_STATE_DIR: state, WAI_LISTEN: `127.0.0.1:${port}` },
    ...{ WAI_KEEPALIVED_CONFIG: live, WAI_KEEPALIVED_PID: join(folder, 'keepalived.pid') },
    ...{ WAI_SERVICE_MANAGER: 'supervised', WAI_RUNTIME_DIR: join(folder, 'run') },
  };
  return {
    ...{ state, folder, live, url },
    async start() {
      const child = spawn(process.execPath, serverWords, {
        env,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      context.after(() => killProgram(child));
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
      await eventually('the page', () => {
        assert.equal(child.exitCode, null, output);
        return output.includes(url);
      });
      return async () => {
        child.kill('SIGTERM');
        if (child.exitCode === null) await once(child, 'exit');
      };
    },
    /** One line of what it prints, and its exit status. */
    command: (...words: string[]) =>
      new Promise<{ status: number; told: string }>((resolve) => {
        execFile(process.execPath, [...serverWords, ...words], { env }, (error, output, errors) => {
          resolve({ status: Number(error?.code ?? 0), told: output + errors });
        });
      }),
    async logIn(): Promise<RemoteBrowser> {
      const browser = new RemoteBrowser(url);
      const first = await readFile(join(state, 'first-password'), 'utf8').catch(() => undefined);
      // Also an upgraded program asks for another one first.
      const answer =
        first === undefined
          ? await browser.logIn('admin', password)
          : await browser.chooseOwnPassword('admin', first.trim(), password);
      assert.equal(answer.statusCode, 303);
      return browser;
    },
  };
}

/** The rows of the versions: who, why, and what became of them. */
const readVersions = async (browser: RemoteBrowser): Promise<string> => {
  const { body } = await browser.get('/keepalived/versions');
  const table = body.slice(body.indexOf('<main'), body.indexOf('</main>'));
  // When it was is told as seen from now.
  return table.replaceAll(/<[^>]+>|version=[\w-]+/g, ' ').replaceAll(/\s+/g, ' ');
};

test('an upgraded program shows what was there, goes on with it, and has its backup', async (context) => {
  const program = await prepare(context);
  const { state, folder, live } = program;
  const pending = join(state, 'history/pending-confirmation.jsonl');
  const record = JSON.parse(await readFile(pending, 'utf8')) as { currentTag: string };
  // The change waited when the program before was stopped for the upgrade; it still waits.
  await writeFile(
    pending,
    `${JSON.stringify({ ...record, deadlineAtMs: Date.now() + 3_600_000 })}\n`,
  );
  const text = await readFile(live, 'utf8');

  const stop = await program.start();
  const browser = await program.logIn();
  const versions = await readVersions(browser);
  for (const comment of ['Slower advertisements', 'Maintenance file of VI_1', 'Waits']) {
    assert.ok(Buffer.from(versions, 'latin1').toString().includes(comment), versions);
  }
  assert.match((await browser.get('/keepalived/confirm')).body, /value="keep"/);

  const backup = join(folder, 'backup.tar.gz');
  const made = await program.command('backup', backup);
  assert.equal(made.status, 0, made.told);
  const refused = await program.command('restore', backup);
  assert.equal(refused.status, 1);
  assert.match(
    refused.told,
    /^keepalived-wai: .* is in use by another keepalived-wai, process \d+\..*\n$/,
  );

  const kept = await browser.post('/keepalived/confirm', {
    ...{ tag: record.currentTag, decision: 'keep' },
  });
  assert.equal(kept.statusCode, 303);
  assert.doesNotMatch((await browser.get('/keepalived/confirm')).body, /value="keep"/);
  await stop();

  // The change was confirmed after the backup: a restore must not roll it back.
  const restored = await program.command('restore', backup);
  assert.equal(restored.status, 0, restored.told);
  const stopAgain = await program.start();
  const again = await program.logIn();
  assert.equal(await readVersions(again), versions);
  assert.doesNotMatch((await again.get('/keepalived/confirm')).body, /value="keep"/);
  assert.equal(await readFile(live, 'utf8'), text);
  await stopAgain();
});

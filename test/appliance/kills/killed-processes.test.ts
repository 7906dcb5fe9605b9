/**
 * The agent or the web is killed at random while a browser saves: the real program, as it starts without
 * a service manager, over a real keepalived.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeStoredAccounts } from '../../../server/access/accounts-file.ts';
import { hashPassword } from '../../../server/access/passwords.ts';
import { createTag } from '../../../server/shared/tag.ts';
import { eventually } from '../../lab/eventually.ts';
import { isAnswered } from '../../lab/is-answered.ts';
import { serverWords } from '../../program-words.ts';
import {
  configPath,
  createDaemons,
  goodConfiguration,
  holdsAddress,
  pidPath,
  preparePrivateMachine,
  writeConfiguration,
} from '../private-keepalived.ts';
import { inPrivateNamespaces } from '../private-namespaces.ts';
import { createRandom } from '../random-pairs.ts';
import { RemoteBrowser } from '../remote-browser.ts';

/** Under systemd there are more: test/appliance/package-on-two-servers.ts. */
const saves = 16;
/** Of so many saves the agent is killed during one, and the web during another. */
const savesPerKill = 4;
/** A save takes about so long. */
const latestKillMs = 800;
const seed = 11_052;
const stateDirectory = '/run/state';
const password = 'a password of the administrator';
const url = 'https://127.0.0.1:9443';

if (inPrivateNamespaces(import.meta.url)) {
  const daemons = createDaemons();
  const log: string[] = [];
  let agent: ChildProcess;
  let daemonPid: string;

  /** Of the agent that runs now, as it says itself. */
  const countLines = (outcome: RegExp) => log.join('').match(outcome)?.length ?? 0;
  const countBegun = () => countLines(/"call":"saveConfiguration".*"outcome":"begins"/g);
  const countEnded = () => countLines(/"call":"saveConfiguration".*"outcome":"(?:done|failed)"/g);

  async function startProgram(): Promise<void> {
    log.length = 0;
    agent = spawn(process.execPath, serverWords, {
      env: {
        ...{ PATH: process.env['PATH'], WAI_SERVICE_MANAGER: 'supervised' },
        ...{ WAI_STATE_DIR: stateDirectory, WAI_LISTEN: '127.0.0.1:9443' },
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const output of [agent.stdout, agent.stderr]) {
      output?.on('data', (chunk: Buffer) => log.push(chunk.toString()));
    }
    daemons.remember(agent);
    await untilServed();
  }

  const untilServed = () =>
    eventually(
      'the page is served',
      async () => {
        assert.equal(agent.exitCode, null, log.slice(-20).join(''));
        return isAnswered(new RemoteBrowser(url).get('/login'));
      },
      { withinMs: 60_000, everyMs: 50 },
    );

  const findWeb = () => {
    const pid = String(agent.pid);
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    return children.find((child) => isWeb(child));
  };

  before(async () => {
    preparePrivateMachine();
    writeConfiguration(goodConfiguration);
    await daemons.serve();
    daemonPid = readFileSync(pidPath, 'utf8').trim();
    mkdirSync(stateDirectory, { mode: 0o700 });
    const passwordHash = await hashPassword(password, { ln: 10, r: 8, p: 1 });
    await writeStoredAccounts(stateDirectory, [{ name: 'admin', role: 'admin', passwordHash }]);
    await startProgram();
  });
  after(() => daemons.endAll());

  test(`${saves} saves, while the agent or the web is killed, leave the old file or the new`, async () => {
    const random = createRandom(seed);
    let browser = await logIn();
    let live = goodConfiguration;
    const counts = { new: 0, old: 0 };
    for (let save = 1; save <= saves; save += 1) {
      const text = `# save ${save}\n${goodConfiguration.replace('101', String(101 + save))}`;
      const victim = (['agent', 'web'] as const)[save % savesPerKill];
      const saving = isAnswered(
        browser.post('/keepalived/edit', { file: 'live', text, tag: createTag(live) }),
      );
      if (victim) {
        await sleep(random(latestKillMs));
        const web = findWeb();
        if (victim === 'agent') {
          const ended = once(agent, 'exit');
          agent.kill('SIGKILL');
          await ended;
          // Without its agent it has nothing to serve.
          await eventually('the web ends, too', () => web === undefined || !isWeb(web));
          await startProgram();
        } else if (web !== undefined) {
          process.kill(Number(web), 'SIGKILL');
          await eventually('it is another one', () => findWeb() !== web);
          await untilServed();
        }
      }
      await saving;
      // Its sessions are the web's and the agent's together.
      if (victim) browser = await logIn();
      await eventually('no save goes on in the agent', () => countBegun() === countEnded());
      const now = readFileSync(configPath, 'utf8');
      assert.ok(now === text || now === live, `save ${save}: neither the old file nor the new`);
      if (!victim) assert.equal(now, text, `save ${save}`);
      counts[now === text ? 'new' : 'old'] += 1;
      live = now;
      assert.ok(holdsAddress(), `save ${save}: the address is here`);
      assert.equal(readFileSync(pidPath, 'utf8').trim(), daemonPid, 'keepalived is the same');
      assert.ok(existsSync(`/proc/${daemonPid}`));
      assert.doesNotMatch(log.join(''), /damaged|"level":60/);
    }
    assert.ok(counts.new >= saves / 2, JSON.stringify(counts));
    assert.deepEqual(readdirSync('/etc/keepalived'), ['keepalived.conf'], 'nothing half is left');
    const versions = await browser.get('/keepalived/versions');
    assert.equal(versions.statusCode, 200);
  });
}

async function logIn(): Promise<RemoteBrowser> {
  const browser = new RemoteBrowser(url);
  const { statusCode } = await browser.logIn('admin', password);
  assert.ok(statusCode < 400, String(statusCode));
  return browser;
}

function isWeb(pid: string): boolean {
  try {
    return /\/web(?:-main)?\.[jt]s/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  } catch {
    return false;
  }
}

/** The page listens on an address that this server does not have yet: DHCP, or the virtual IP itself. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { eventually } from '../lab/eventually.ts';
import { serverWords } from '../program-words.ts';
import { inPrivateNamespaces } from './private-namespaces.ts';

const address = '10.9.0.77';
const notYet = /keepalived-wai: https:\/\/10\.9\.0\.77:9443 is not an address of this server yet/g;

if (inPrivateNamespaces(import.meta.url)) {
  test('it waits, says so once, and answers as soon as the address is there', async (t) => {
    execFileSync('ip', ['link', 'set', 'lo', 'up']);
    const folder = mkdtempSync(join(tmpdir(), 'wai-late-'));
    const environment = {
      PATH: process.env['PATH'],
      WAI_STATE_DIR: join(folder, 'state'),
      WAI_RUNTIME_DIR: join(folder, 'run'),
      WAI_KEEPALIVED_CONFIG: join(folder, 'keepalived.conf'),
      WAI_KEEPALIVED_PID: join(folder, 'keepalived.pid'),
      WAI_SERVICE_MANAGER: 'supervised',
      WAI_LISTEN: `${address}:9443`,
    };
    const program = spawn(process.execPath, serverWords, {
      ...{ env: environment, stdio: ['ignore', 'pipe', 'pipe'] as const },
    });
    const ended = once(program, 'exit');
    t.after(async () => {
      program.kill('SIGTERM');
      await ended;
      execFileSync('rm', ['-r', folder]);
    });
    let output = '';
    for (const stream of [program.stdout, program.stderr]) {
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    }
    const untilSaid = (words: RegExp) =>
      eventually(String(words), () => {
        assert.equal(program.exitCode, null, output);
        return words.test(output);
      });
    await untilSaid(new RegExp(notYet));
    const web = findWeb(program.pid ?? 0);
    assert.doesNotMatch(readFileSync(`/proc/${web}/status`, 'utf8'), /^[UG]id:.*\t0(?:\t|$)/m);
    const status = spawn(process.execPath, [...serverWords, 'status'], {
      ...{ env: environment, stdio: ['ignore', 'pipe', 'inherit'] as const },
    });
    let said = '';
    status.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await once(status, 'close');
    assert.match(said, /^Note: 10\.9\.0\.77:9443 is not an address of this server yet/m);

    // One that ends meanwhile waits again.
    process.kill(web, 'SIGKILL');
    await untilSaid(/the web has ended; it is started again/);
    await eventually('the next web', () => findWeb(program.pid ?? 0));
    execFileSync('ip', ['address', 'add', `${address}/32`, 'dev', 'lo']);
    await untilSaid(/^keepalived-wai: https:\/\/10\.9\.0\.77:9443$/m);
    assert.equal(await askHealth(), 200);
    assert.equal(output.match(notYet)?.length, 1, output);
  });
}

/** The process that answers the network, a child of the agent; 0: there is none. */
function findWeb(agentPid: number): number {
  const children = readFileSync(`/proc/${agentPid}/task/${agentPid}/children`, 'utf8');
  const isWeb = (pid: string) =>
    /build\/web\.js|web-main\.ts/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  return Number(children.split(' ').filter(Boolean).find(isWeb) ?? 0);
}

function askHealth(): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const options = { host: address, port: 9443, path: '/healthz', rejectUnauthorized: false };
    https
      .get(options, (response) => {
        resolve(response.resume().statusCode);
      })
      .on('error', reject);
  });
}

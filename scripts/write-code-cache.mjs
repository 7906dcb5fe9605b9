// Writes build/*.cache: what V8 compiled of the agent and the web until they answered the first page.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { root } from './step.mjs';

const folder = mkdtempSync(path.join(tmpdir(), 'wai-build-'));
process.on('exit', () => rmSync(folder, { recursive: true }));
chmodSync(folder, 0o755);
// The web writes too, as a user without rights.
const caches = path.join(folder, 'caches');
mkdirSync(caches);
chmodSync(caches, 0o777);

const socketPath = path.join(folder, 'socket');
const own = Object.entries(process.env).filter(([name]) => !name.startsWith('WAI_'));
const program = spawn(process.execPath, ['build/main.js'], {
  cwd: root,
  stdio: ['ignore', 'ignore', 'inherit'],
  env: {
    ...Object.fromEntries(own),
    NODE_CODE_CACHE_FOLDER: caches,
    // With files of its own: nothing of this machine's keepalived is touched.
    WAI_LISTEN: `unix:${socketPath}`,
    WAI_TLS: 'off',
    WAI_STATE_DIR: path.join(folder, 'state'),
    WAI_KEEPALIVED_CONFIG: path.join(folder, 'keepalived.conf'),
    WAI_KEEPALIVED_PID: path.join(folder, 'keepalived.pid'),
    WAI_SERVICE_MANAGER: 'supervised',
  },
});
const ended = once(program, 'exit');
const givesUpAtMs = performance.now() + 60_000;
while (!(await answers())) {
  if (performance.now() > givesUpAtMs || program.exitCode !== null) {
    program.kill('SIGKILL');
    throw new Error('build/main.js does not answer');
  }
  await delay(20);
}
program.kill('SIGTERM');
await ended;
// Last what `build.mjs` takes for the sign that all is done.
for (const name of ['main.cache', 'web.cache']) {
  copyFileSync(path.join(caches, name), path.join(root, 'build', name));
}

/** Whether the login page came, for which the first request compiles the templates too. */
function answers() {
  return new Promise((resolve) => {
    const attempt = request({ socketPath, path: '/login', headers: { host: 'localhost' } });
    attempt.once('response', (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode === 200));
    });
    attempt.once('error', () => resolve(false));
    attempt.end();
  });
}

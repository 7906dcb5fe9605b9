// Writes build/bundle.cache: what V8 compiled of build/bundle.js until it answered its first page.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { root } from './step.mjs';

const folder = mkdtempSync(path.join(tmpdir(), 'wai-build-'));
process.on('exit', () => rmSync(folder, { recursive: true }));

const socketPath = path.join(folder, 'socket');
const settings = Object.keys(process.env).filter((name) => name.startsWith('WAI_'));
for (const name of settings) delete process.env[name];
// With files of its own: nothing of this machine's keepalived is touched.
Object.assign(process.env, {
  WAI_LISTEN: `unix:${socketPath}`,
  WAI_TLS: 'off',
  WAI_STATE_DIR: path.join(folder, 'state'),
  WAI_KEEPALIVED_CONFIG: path.join(folder, 'keepalived.conf'),
  WAI_KEEPALIVED_PID: path.join(folder, 'keepalived.pid'),
  WAI_SERVICE_MANAGER: 'supervised',
});

const { createCache } = await import('../build/main.js');
const givesUpAtMs = performance.now() + 60_000;
while (!(await answers())) {
  if (performance.now() > givesUpAtMs) throw new Error('build/main.js does not answer');
  await delay(20);
}
writeFileSync(path.join(root, 'build/bundle.cache'), createCache());
process.kill(process.pid, 'SIGTERM');

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

/** What the container's HEALTHCHECK says, beside the real program with the same settings. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { eventually } from '../lab/eventually.ts';
import { serverWords } from '../program-words.ts';
import { inPrivateNamespaces } from './private-namespaces.ts';

const script = 'packaging/container-health.sh';

if (inPrivateNamespaces(import.meta.url)) {
  spawnSync('ip', ['link', 'set', 'lo', 'up']);
  for (const settings of [
    { WAI_LISTEN: 'unix:socket', WAI_TLS: 'off' },
    { WAI_LISTEN: '0.0.0.0:8443', WAI_TLS: 'on', WAI_BASE_PATH: '/ha' },
    {},
  ] as Record<string, string>[]) {
    test(`${JSON.stringify(settings)}: well while the page answers, and only then`, async (context) => {
      const folder = mkdtempSync(join(tmpdir(), 'wai-health-'));
      const { WAI_LISTEN: listen } = settings;
      const given =
        listen === 'unix:socket' ? { ...settings, WAI_LISTEN: `unix:${folder}/socket` } : settings;
      const env = { PATH: process.env['PATH'], ...given };
      const isWell = () => spawnSync(script, { env }).status === 0;
      assert.equal(isWell(), false);
      const program = spawn(process.execPath, serverWords, {
        env: {
          ...{ ...env, WAI_STATE_DIR: join(folder, 'state'), WAI_SERVICE_MANAGER: 'supervised' },
          WAI_KEEPALIVED_CONFIG: join(folder, 'keepalived.conf'),
          WAI_KEEPALIVED_PID: join(folder, 'keepalived.pid'),
        },
        stdio: 'ignore',
      });
      const ended = once(program, 'exit');
      context.after(async () => {
        program.kill('SIGTERM');
        await ended;
        assert.equal(isWell(), false);
        rmSync(folder, { recursive: true });
      });
      await eventually('its health', () => Promise.resolve(isWell()), { withinMs: 60_000 });
    });
  }
}

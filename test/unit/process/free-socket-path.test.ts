import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { freeSocketPath } from '../../../server/process/free-socket-path.ts';

test('only a socket on which nobody listens is removed', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'wai-socket-'));
  context.after(() => rm(folder, { recursive: true }));
  const abandoned = join(folder, 'abandoned');
  const served = join(folder, 'served');
  const file = join(folder, 'file');
  await writeFile(file, '');

  const server = createServer().listen(served);
  context.after(() => server.close());
  await once(server, 'listening');
  const script = `require('net').createServer().listen(${JSON.stringify(abandoned)}, () => process.kill(process.pid, 'SIGKILL'))`;
  await once(spawn(process.execPath, ['--eval', script]), 'exit');
  assert.deepEqual((await readdir(folder)).sort(), ['abandoned', 'file', 'served']);

  for (const path of [abandoned, served, file, join(folder, 'missing')]) await freeSocketPath(path);
  assert.deepEqual((await readdir(folder)).sort(), ['file', 'served']);
});

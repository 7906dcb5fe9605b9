import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';

const entryPoint = fileURLToPath(new URL('../../server/start-bundle.ts', import.meta.url));

test('the code cache is used for the bundle it was made of, and for no other of its length', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'wai-start-bundle-'));
  context.after(() => rm(folder, { recursive: true }));
  const writeBundle = (word: string) =>
    writeFile(
      join(folder, 'main.bundle.js'),
      `(require, __dirname) => {console.log('${word}', __dirname);}`,
    );
  await writeFile(join(folder, 'package.json'), '{"type": "module"}');
  const run = async (environment: Record<string, string> = {}) => {
    const program = `const start = await import('./main.js'); console.log(start.isFromCache);`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '--eval', program],
      { cwd: folder, env: { ...process.env, ...environment } },
    );
    return stdout;
  };
  const start = () => run();
  await build({ entryPoints: [entryPoint], outfile: join(folder, 'main.js'), format: 'esm' });

  await writeBundle('old');
  assert.equal(await start(), `old ${folder}\nfalse\n`);
  await run({ NODE_CODE_CACHE_FOLDER: folder });
  assert.equal(await start(), `old ${folder}\ntrue\n`);

  await writeBundle('new');
  assert.equal(await start(), `new ${folder}\nfalse\n`);

  await writeFile(join(folder, 'main.cache'), 'broken');
  assert.equal(await start(), `new ${folder}\nfalse\n`);
});

/** What each of the two processes is made of: the one on the network has nothing of the other's power. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The files and packages of a program, as esbuild finds them, and what it imports of Node.js. */
async function listInputs(entry: string): Promise<{ inputs: string[]; builtins: Set<string> }> {
  const { metafile } = await build({
    ...{ absWorkingDir: root, entryPoints: [entry], bundle: true, metafile: true },
    ...{ write: false, platform: 'node', format: 'cjs', logLevel: 'silent', treeShaking: true },
  });
  const [output] = Object.values(metafile.outputs);
  const inputs = Object.keys(output?.inputs ?? {});
  const own = Object.entries(metafile.inputs).filter(
    ([path]) => inputs.includes(path) && path.startsWith('server/'),
  );
  const builtins = own.flatMap(([, { imports }]) =>
    imports.filter(({ external }) => external).map(({ path }) => path),
  );
  return { inputs, builtins: new Set(builtins) };
}

test('the web holds no command, no appliance and no operation, and starts no program', async () => {
  const { inputs, builtins } = await listInputs('server/web-main.ts');
  const powers = inputs.filter((path) =>
    /^server\/(appliance|operations\/(?!debug\/debug-report)|agent\/handlers)\/|node_modules\/(execa|chokidar|selfsigned)\//.test(
      path,
    ),
  );
  assert.deepEqual(powers, []);
  // It tells systemd how it is; nothing else of ours there starts a program.
  const starting = inputs.filter((path) => path.includes('service-notify'));
  assert.deepEqual(starting, ['server/process/service-notify.ts']);
  assert.ok(builtins.has('node:child_process'), 'by that file alone');
});

test('the agent holds nothing that speaks HTTP to anybody', async () => {
  const { inputs } = await listInputs('server/main.ts');
  const web = inputs.filter((path) =>
    /^server\/web\/(?:plugins|updates|agent|edge)\/|routes\.ts$|^server\/app\.ts|node_modules\/(@fastify|fastify|eta|avvio|find-my-way)\//.test(
      path,
    ),
  );
  assert.deepEqual(web, []);
});

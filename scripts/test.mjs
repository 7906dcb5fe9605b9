// npm test [-- FILE|FOLDER|--node-option …]: every test there is, or those named; `unit` is test/unit.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { build } from './build.mjs';
import { buildTests, planTests } from './build-tests.mjs';
import { prepareNodePackages, prepareSystemPackages, requireRoot } from './prepare-machine.mjs';
import { root, runScript } from './step.mjs';

const args = process.argv.slice(2);
const options = args.filter((arg) => arg.startsWith('-'));
const places = args.filter((arg) => !arg.startsWith('-'));

/** @returns {string[]} the test files in a folder, or the file itself; from here or from `test/`. */
function findTests(named) {
  const place = existsSync(named) ? named : path.join(root, 'test', named);
  if (!statSync(place).isDirectory()) return [path.resolve(place)];
  return readdirSync(place, { recursive: true })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => path.resolve(place, name));
}

await runScript(async () => {
  await prepareNodePackages();
  await prepareSystemPackages('test');
  await build();
  await buildTests();
  requireRoot('the tests run real servers in network namespaces of their own');

  const files = (places.length > 0 ? places : [path.join(root, 'test')]).flatMap(findTests).sort();
  const reporters = ['spec', ...(process.env.CI ? ['./scripts/refuse-skipped-tests.mjs'] : [])];
  const run = spawn(
    process.execPath,
    [
      ...['--enable-source-maps', '--test', '--test-timeout=600000'],
      `--test-concurrency=${availableParallelism()}`,
      ...reporters.flatMap((name) => [
        `--test-reporter=${name}`,
        '--test-reporter-destination=stdout',
      ]),
      ...options,
      ...planTests(files),
    ],
    { cwd: root, stdio: 'inherit', env: { ...process.env, WAI_TEST_BUILD: '1' } },
  );
  // A Ctrl-C reaches the tests too, and they end in order: wait for them.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => run.kill());
  const [exitCode] = await once(run, 'exit');
  process.exitCode = exitCode ?? 1;
});

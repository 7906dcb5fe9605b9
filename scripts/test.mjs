// npm test [-- FILE|FOLDER|--node-option …]: every test there is, or those named; `unit` is test/unit.
import { setMaxListeners } from 'node:events';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { build } from './build.mjs';
import { buildTests } from './build-tests.mjs';
import { isUnit, planTests } from './plan-tests.mjs';
import { prepareNodePackages, prepareSystemPackages, requireRoot } from './prepare-machine.mjs';
import refuseSkippedTests from './refuse-skipped-tests.mjs';
import { root, runScript } from './step.mjs';

const args = process.argv.slice(2);
const options = args.filter((arg) => arg.startsWith('-'));
const places = args.filter((arg) => !arg.startsWith('-'));

/** So many files at once, for each core: most of them mostly wait, those of `unit/` seldom. */
const filesPerCore = { unit: 2, all: 2 };

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

  const named = places.length > 0 ? places : [path.join(root, 'test')];
  const files = [...new Set(named.flatMap(findTests))];
  process.chdir(root);
  process.env.WAI_TEST_BUILD = '1';
  // Each file's process is started with the options of this one.
  process.execArgv.push('--enable-source-maps', ...options);
  const ending = new AbortController();
  setMaxListeners(0, ending.signal);
  // The tests end in order, and what they made ends with them.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => ending.abort());
  const events = run({
    files: planTests(files),
    concurrency: availableParallelism() * filesPerCore[files.every(isUnit) ? 'unit' : 'all'],
    timeout: 600_000,
    signal: ending.signal,
  });
  events.on('test:fail', ({ todo }) => {
    if (!todo) process.exitCode = 1;
  });
  events.compose(new spec()).pipe(process.stdout);
  if (process.env.CI) events.compose(refuseSkippedTests).pipe(process.stdout);
});

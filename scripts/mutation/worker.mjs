/** A process that runs tests of built files, again and again, each time with the mutant that is asked for. */
import { pathToFileURL } from 'node:url';
import { collectTests, runTest } from './repeatable-tests.mjs';

const switches = (globalThis.__stryker__ = {});
const known = new Map();
let generation = 0;

/** @returns the tests of a file that was imported with no mutant */
async function testsOf(file) {
  if (!known.has(file)) known.set(file, await collectTests(pathToFileURL(file).href));
  return known.get(file);
}

/** Runs a file's tests and tells which mutants each of them reaches, and how often. */
async function measure({ file }) {
  switches.activeMutant = undefined;
  switches.mutantCoverage = { static: {}, perTest: {} };
  const startedAtMs = performance.now();
  const tests = await testsOf(file);
  const failing = [];
  for (const [index, test] of tests.entries()) {
    switches.currentTestId = String(index);
    const failure = await runTest(test);
    if (failure !== undefined) failing.push({ place: index, name: test.name });
  }
  switches.currentTestId = undefined;
  const { static: onImport, perTest } = switches.mutantCoverage;
  return { onImport, perTest, failing, tookMs: performance.now() - startedAtMs };
}

/**
 * Runs the tests that reach a mutant, until one fails.
 * @param request.places of these tests in the file; null: the mutant is reached by the import, so the
 * file is imported again and all of them run
 */
async function attack({ file, mutant, places, leftOut, hitLimit }) {
  switches.mutantCoverage = { static: {}, perTest: {} };
  try {
    let tests = places && (await testsOf(file));
    Object.assign(switches, { activeMutant: mutant, hitCount: 0, hitLimit });
    tests ??= await collectTests(`${pathToFileURL(file).href}?again=${(generation += 1)}`);
    for (const place of places ?? tests.keys()) {
      if (leftOut.includes(place)) continue;
      const failure = await runTest(tests[place]);
      if (failure !== undefined) return { killedBy: tests[place].name };
    }
    return {};
  } catch (error) {
    // No mutant takes a package away: somebody installs them just now.
    if (error?.code === 'ERR_MODULE_NOT_FOUND') return { problem: error.message };
    return { killedBy: 'the import' };
  } finally {
    switches.activeMutant = undefined;
  }
}

/** A failure of nobody's: the one that runs has caused it. Afterwards the process is not as before. */
const onLost = () => {
  process.send({ killedBy: 'an error that nobody caught' }, () => process.exit(1));
};
process.on('uncaughtException', onLost);
process.on('unhandledRejection', onLost);
// The first listener of each test's own would be told as a leak.
process.setMaxListeners(0);

process.on('message', async (request) => {
  const answer = request.mutant === undefined ? await measure(request) : await attack(request);
  process.send({ ...answer, megabytes: process.memoryUsage().rss / 2 ** 20 });
});

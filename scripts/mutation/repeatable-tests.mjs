/**
 * As much of `node:test` as the unit tests use, so that the tests of a file can run again and again
 * in one process, each time with another mutant.
 */
import { mock } from 'node:test';

const MockTracker = mock.constructor;

/** They measure time, which the switches cost. */
const aboutTime = /time in proportion|time that grows|linear time/;

/** The tests of the file that is being imported. */
let collected = [];
let titles = [];
let hooks = [];

/** Imports a file and returns its tests, in the order of the file. */
export async function collectTests(url) {
  collected = [];
  await import(url);
  return collected.splice(0);
}

const bodyOf = (words) => words.findLast((word) => typeof word === 'function') ?? (() => undefined);

export function describe(title, ...words) {
  titles.push(title);
  const outer = hooks;
  hooks = [...hooks];
  bodyOf(words)();
  hooks = outer;
  titles.pop();
}

export function it(title, ...words) {
  const options = words.find((word) => typeof word === 'object') ?? {};
  const name = [...titles, title].join(' › ');
  if (options.skip || aboutTime.test(name)) return;
  collected.push({ name, body: bodyOf(words), hooks });
}

const addHook = (kind) => (body) => {
  // What comes after all tests ends with the process: they run again.
  if (kind !== 'after') hooks.push({ kind, body });
};
export const [before, after, beforeEach, afterEach] = [
  ...['before', 'after', 'beforeEach', 'afterEach'].map(addHook),
];
const createTest = () =>
  Object.assign((...words) => it(...words), { describe, it, test: it, after });
export const test = createTest();
// It is imported both ways.
export default createTest();
export { mock };

/** Runs one test. @returns {Promise<unknown>} what it failed with, or undefined */
export async function runTest({ name, body, hooks: around }) {
  const cleanups = [];
  const tracker = new MockTracker();
  const abort = new AbortController();
  const context = {
    ...{ name, mock: tracker, signal: abort.signal, diagnostic() {}, skip() {} },
    after: (cleanup) => cleanups.push(cleanup),
    test: (_title, ...words) => bodyOf(words)(context),
  };
  let failure;
  const attempt = async (step) => {
    try {
      await step();
    } catch (error) {
      failure ??= { error };
    }
  };
  for (const { kind, body: hook } of around) if (kind !== 'afterEach') await attempt(hook);
  if (failure === undefined) await attempt(() => body(context));
  for (const cleanup of cleanups) await attempt(() => cleanup(context));
  for (const { kind, body: hook } of around) if (kind === 'afterEach') await attempt(hook);
  tracker.reset();
  abort.abort();
  return failure && (failure.error ?? new Error('undefined was thrown'));
}

import path from 'node:path';
import { placeSource } from '../build-tests.mjs';
import { root } from '../step.mjs';
import { findExclusion, findSources, findTests, readSource, rooms } from './rooms.mjs';

/** Several runs at once have each their own. */
export const builtMutants = path.join(root, `build/mutation-${process.pid}`);

/** Not of interest here; the instrumenter only ever tells how far it is. */
const silent = { isDebugEnabled: () => false, debug() {}, info() {}, warn: console.warn };

/**
 * Builds the unit tests, each into one file, with every mutant of the rooms behind a switch: once
 * with counters of what is reached, once without them, which is several times faster.
 * @param {string} folder of the tests
 * @returns the mutants, and the two built files of each test
 */
export async function buildMutants(folder) {
  const { Instrumenter } = await import('@stryker-mutator/instrumenter');
  const { build } = await import('esbuild');
  const sources = rooms.flatMap((room) =>
    findSources(room).map((file) => ({ room, file, text: readSource(file) })),
  );
  const instrumented = await new Instrumenter(silent).instrument(
    sources.map(({ file, text }) => ({ name: file, content: text, mutate: true })),
    { plugins: null, excludedMutations: [], ignorers: [] },
  );
  const textOf = new Map(
    instrumented.files.map(({ name, content }) => [path.join(root, name), content]),
  );
  const tests = findTests(folder);
  const buildInto = (place, edit) =>
    build({
      ...{ entryPoints: tests, absWorkingDir: root, outbase: root },
      ...{ outdir: path.join(builtMutants, place), bundle: true, packages: 'external' },
      ...{ platform: 'node', format: 'esm', target: 'node20', logLevel: 'warning' },
      plugins: [
        {
          name: 'mutants behind switches, and tests that can run again',
          setup({ onLoad, onResolve }) {
            onLoad({ filter: /\.ts$/ }, ({ path: file }) => {
              const text = textOf.get(file);
              const read = text === undefined ? readSource(path.relative(root, file)) : edit(text);
              return { loader: 'ts', contents: placeSource(file, read) };
            });
            onResolve({ filter: /^node:test$/ }, () => ({
              path: path.join(import.meta.dirname, 'repeatable-tests.mjs'),
              external: true,
            }));
          },
        },
      ],
    });
  await buildInto('counting', (text) => text);
  await buildInto('attacked', (text) => text.replaceAll(/stryCov_\w+\(("\d+"(, )?)+\)/g, '0'));
  const sourceOf = new Map(sources.map((source) => [source.file, source]));
  return {
    tests: tests.map((name) => {
      const [counting, attacked] = ['counting', 'attacked'].map((place) =>
        path.join(builtMutants, place, name).replace(/\.ts$/, '.js'),
      );
      return { name, counting, attacked };
    }),
    mutants: instrumented.mutants.map(({ id, fileName, mutatorName, location, replacement }) => {
      const { room, text } = sourceOf.get(fileName);
      const original = textAt(text, location);
      const mutant = { id, room, fileName, mutatorName, original, replacement, location };
      return { ...mutant, exclusion: findExclusion(mutant) };
    }),
  };
}

function textAt(text, { start, end }) {
  const lines = text.split('\n').slice(start.line, end.line + 1);
  lines[lines.length - 1] = lines.at(-1).slice(0, end.column);
  lines[0] = lines[0].slice(start.column);
  return lines.join('\n');
}

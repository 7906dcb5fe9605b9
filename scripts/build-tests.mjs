import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './step.mjs';

const tests = path.join(root, 'test');
const output = path.join(root, 'build/test');

/** What a test finds beside its source (fixtures, views) is not beside what was made of it. */
const sourcePlaces = {
  name: 'import.meta is that of the source',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, ({ path: file }) => ({
      loader: 'ts',
      contents: readFileSync(file, 'utf8')
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(file).href))
        .replaceAll('import.meta.dirname', JSON.stringify(path.dirname(file))),
    }));
  },
};

/**
 * Builds every TypeScript file of `test/` that is run by itself: a test file starts in half the
 * processor time that it takes through tsx (measured), and there are two hundred of them.
 */
export async function buildTests() {
  // Not there before the Node packages were installed.
  const { build } = await import('esbuild');
  const entryPoints = readdirSync(tests, { recursive: true })
    .filter((name) => name.endsWith('.test.ts') || /\/inside\/[^/]+\.ts$/.test(name))
    .map((name) => path.join(tests, name));
  rmSync(output, { recursive: true, force: true });
  await build({
    ...{ entryPoints, outbase: tests, outdir: output },
    ...{ bundle: true, splitting: true, packages: 'external', sourcemap: 'linked' },
    ...{ platform: 'node', format: 'esm', target: 'node20', logLevel: 'warning' },
    plugins: [sourcePlaces],
  });
}

/**
 * So many unit tests share a process: most of them take less time than its start. Not more, so that
 * two cores have the same to do.
 */
const sharing = 8;

/**
 * @param {string[]} files test files, as paths
 * @returns {string[]} what `node --test` is to run for them, in the order of its own
 */
export function planTests(files) {
  const isUnit = (file) => file.startsWith(path.join(tests, 'unit') + path.sep);
  const unit = files.filter(isUnit).map(builtFrom);
  const shared = [];
  while (unit.length > 0) {
    const file = path.join(output, `unit-${shared.length + 1}.js`);
    const names = unit.splice(0, sharing);
    writeFileSync(file, names.map((name) => `await import(${JSON.stringify(name)});\n`).join(''));
    shared.push(file);
  }
  return [...files.filter((file) => !isUnit(file)).map(builtFrom), ...shared];
}

const builtFrom = (file) => path.join(output, path.relative(tests, file)).replace(/\.ts$/, '.js');

import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './step.mjs';

export const tests = path.join(root, 'test');
export const builtTests = path.join(root, 'build/test');

/** What a test finds beside its source (fixtures, views) is not beside what was made of it. */
const sourcePlaces = {
  name: 'import.meta is that of the source',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, ({ path: file }) => ({
      loader: 'ts',
      contents: placeSource(file, readFileSync(file, 'utf8')),
    }));
  },
};

/** @returns {string} a file's text whose `import.meta` names the file, wherever it is built into */
export const placeSource = (file, text) =>
  text
    .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(file).href))
    .replaceAll('import.meta.dirname', JSON.stringify(path.dirname(file)));

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
  rmSync(builtTests, { recursive: true, force: true });
  await build({
    ...{ entryPoints, outbase: tests, outdir: builtTests },
    ...{ bundle: true, splitting: true, packages: 'external', sourcemap: 'linked' },
    ...{ platform: 'node', format: 'esm', target: 'node20', logLevel: 'warning' },
    plugins: [sourcePlaces],
  });
}

import { rmSync } from 'node:fs';
import path from 'node:path';
import { bundle } from './bundle.mjs';
import { isFresh } from './freshness.mjs';
import { writeNotices } from './notices.mjs';
import { root, runScript, step } from './step.mjs';

const output = path.join(root, 'build');
const sources = ['server', 'scripts', 'README.md', 'tsconfig.json', 'package-lock.json'];
/** Names stay, for the stacks in the log; the rest of what is not needed costs 100 ms of a start. */
const small = ['--minify-whitespace', '--minify-syntax'];
const esbuild = 'node_modules/.bin/esbuild';
/** The agent with the command line, and the web that it starts: `build/NAME.js`. */
const programs = { main: 'server/main.ts', web: 'server/web-main.ts' };
const forNode = ['--platform=node', '--target=node20', '--legal-comments=none'];

/** Bundles the server and what browsers get, each unless it is newer than its sources. */
export async function build() {
  await bundle();
  // What is written last: a build that was broken off is made again.
  if (isFresh(path.join(output, 'web.cache'), sources)) return;
  rmSync(output, { recursive: true, force: true });
  for (const [name, source] of Object.entries(programs)) {
    await step(`Building ${name}`, [
      ...[esbuild, source, `--outfile=build/${name}.bundle.js`, '--bundle', '--format=cjs'],
      ...['--define:import.meta.dirname=__dirname', ...small, ...forNode],
      // As `start-bundle.ts` calls it.
      ...['--banner:js=(require, __dirname) => {', '--footer:js=}'],
    ]);
    await step('Building its start', [
      ...[esbuild, 'server/start-bundle.ts', `--outfile=build/${name}.js`],
      ...['--format=esm', ...forNode],
    ]);
  }
  await buildCommandDocuments();
  writeNotices(path.join(output, 'THIRD-PARTY-NOTICES.txt'));
  await step('Compiling', [process.execPath, 'scripts/write-code-cache.mjs']);
}

/** The manual page and the completion of the command. */
async function buildCommandDocuments() {
  const program = path.join(output, 'command-documents.mjs');
  await step('Building the manual page', [
    ...[esbuild, 'scripts/command-documents.mjs', `--outfile=${program}`],
    ...['--bundle', '--format=esm', ...forNode],
  ]);
  await step('Writing the manual page', [process.execPath, program]);
  rmSync(program);
}

// npm run build
if (process.argv[1] === import.meta.filename) await runScript(build);

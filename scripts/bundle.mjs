import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { isFresh } from './freshness.mjs';
import { root, step } from './step.mjs';

const output = path.join(root, 'public/build');
/** A bundle may hold pure knowledge of keepalived too. */
const sources = ['public/src', 'server/keepalived', 'package-lock.json'];

/** Makes `public/build/NAME.js` of each `public/src/NAME/main.ts`, unless it is newer than its sources. */
export async function bundle() {
  const names = readdirSync(path.join(root, 'public/src')).filter((name) =>
    existsSync(path.join(root, 'public/src', name, 'main.ts')),
  );
  const stale = names.filter((name) => !isFresh(path.join(output, `${name}.js`), sources));
  mkdirSync(output, { recursive: true });
  for (const name of stale) {
    // Put in place whole: it may be served while it is made.
    const unfinished = path.join(output, `${name}.${process.pid}.tmp`);
    await step(`Bundling the ${name}`, [
      ...['node_modules/.bin/esbuild', `public/src/${name}/main.ts`, `--outfile=${unfinished}`],
      ...['--bundle', '--format=esm', '--target=es2022', '--minify', '--legal-comments=none'],
    ]);
    renameSync(unfinished, path.join(output, `${name}.js`));
  }
}

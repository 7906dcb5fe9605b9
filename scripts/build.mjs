import { rmSync } from 'node:fs';
import path from 'node:path';
import { bundle } from './bundle.mjs';
import { isFresh } from './freshness.mjs';
import { root, runScript, step } from './step.mjs';

const output = path.join(root, 'build');
const sources = ['server', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];

/** Compiles the server and bundles what browsers get, each unless it is newer than its sources. */
export async function build() {
  await bundle();
  if (isFresh(path.join(output, 'main.js'), sources)) return;
  rmSync(output, { recursive: true, force: true });
  try {
    await step('Building', [
      process.execPath,
      'node_modules/typescript/bin/tsc',
      '-p',
      'tsconfig.build.json',
    ]);
  } catch (error) {
    // tsc writes its output in spite of errors.
    rmSync(output, { recursive: true, force: true });
    throw error;
  }
}

// npm run build
if (process.argv[1] === import.meta.filename) await runScript(build);

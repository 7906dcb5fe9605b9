import { rmSync, statSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { root, step } from './step.mjs';

const output = path.join(root, 'build');
const sources = ['server', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];

/** Compiles the server, unless what was compiled last is newer than everything it is made of. */
export async function build() {
  const builtAtMs = changedAtMs(path.join(output, 'main.js'));
  const isFresh = sources.every((source) => newestChangeMs(path.join(root, source)) < builtAtMs);
  if (isFresh) return;
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

/** A folder's own time counts too: it changes when something in it is removed. */
function newestChangeMs(target) {
  const inside = statSync(target).isDirectory() ? readdirSync(target, { recursive: true }) : [];
  return Math.max(
    changedAtMs(target),
    ...inside.map((name) => changedAtMs(path.join(target, name))),
  );
}

function changedAtMs(target) {
  return statSync(target, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

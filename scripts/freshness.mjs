import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { root } from './step.mjs';

/**
 * Whether a file that was built is newer than everything it is made of.
 * @param {string} output
 * @param {string[]} sources files and folders, relative to the repository's folder
 */
export function isFresh(output, sources) {
  const builtAtMs = changedAtMs(output);
  return sources.every((source) => newestChangeMs(path.join(root, source)) < builtAtMs);
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

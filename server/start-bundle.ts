/**
 * `build/NAME.js`: runs `NAME.bundle.js` beside it, out of V8's code cache. Without that,
 * compiling is half of what a start costs.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';

// A page for a few administrators needs no large room for young objects: 25 MiB less (measured,
// Node.js 20), at no cost of a page's time. Before anything is compiled, because a code cache is only
// valid under the flags it was made with.
setFlagsFromString('--semi-space-growth-factor=1');
setOptimizeForSize(true);

const folder = import.meta.dirname;
const name = basename(import.meta.filename, '.js');
const filename = join(folder, `${name}.bundle.js`);
// esbuild writes ASCII only, of which V8 keeps one byte a character: no copy is made of it.
const source = readFileSync(filename, 'latin1');
const digest = createHash('sha256').update(source, 'latin1').digest();

// The bundle is a function, see `scripts/build.mjs`.
const script = new Script(source, { filename, cachedData: findCachedData() });
const run = script.runInThisContext() as (require: NodeJS.Require, folder: string) => void;
run(createRequire(filename), folder);
// For what is run once it saves memory; afterwards it would double a page's time (measured).
setOptimizeForSize(false);

function setOptimizeForSize(on: boolean): void {
  setFlagsFromString(on ? '--optimize-for-size' : '--no-optimize-for-size');
}

/**
 * What was compiled of this very bundle: V8 compares only a source's length. What another version
 * of V8 made is refused by V8 itself.
 */
function findCachedData(): Buffer | undefined {
  try {
    const cache = readFileSync(join(folder, `${name}.cache`));
    const isOfThisBundle = cache.subarray(0, digest.length).equals(digest);
    return isOfThisBundle ? cache.subarray(digest.length) : undefined;
  } catch {
    return undefined;
  }
}

// The build has what was compiled by the end written into a folder that it names.
const cacheFolder = process.env['NODE_CODE_CACHE_FOLDER'];
if (cacheFolder !== undefined) {
  process.on('exit', () => {
    setOptimizeForSize(true);
    writeFileSync(
      join(cacheFolder, `${name}.cache`),
      Buffer.concat([digest, script.createCachedData()]),
    );
  });
}

/** Whether V8 took the cache. */
export const isFromCache = script.cachedDataRejected === false;

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../step.mjs';

/** Where faults are made, and whose unit tests have to notice them. */
export const rooms = ['state', 'operations', 'keepalived'];

/** They measure time, or decode ten thousand packets, which takes too long behind switches. */
const excludedTests = /growth|linear-|\/flood\.test|mutations\.test/;

const filesUnder = (folder, ending) =>
  readdirSync(path.join(root, folder), { recursive: true })
    .filter((name) => name.endsWith(ending))
    .map((name) => `${folder}/${name}`)
    .sort();

/** @returns {string[]} the source files of a room, as paths from the root */
export const findSources = (room) => filesUnder(`server/${room}`, '.ts');

/** @returns {string[]} the unit tests of the rooms below a folder, as paths from the root */
export const findTests = (folder) =>
  rooms
    .flatMap((room) => filesUnder(`test/unit/${room}`, '.test.ts'))
    .filter((name) => name.startsWith(folder) && !excludedTests.test(name));

/**
 * Why a mutant says nothing about behaviour, if so.
 *
 * A sentence, or a part of one, may read otherwise without a fault: the tests ask for what it must
 * name. A word alone (a keyword, a code, a path) counts.
 * @param {{ mutatorName: string, original: string }} mutant
 */
export function findExclusion({ mutatorName, original }) {
  if (mutatorName !== 'StringLiteral') return undefined;
  return /\p{L} |[ ,.:;]\p{L}{2}|^[`'"][^\p{L}]*[.,;:)] ?[`'"]$/u.test(original)
    ? 'wording'
    : undefined;
}

export const readSource = (file) => readFileSync(path.join(root, file), 'utf8');

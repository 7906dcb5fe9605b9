import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './step.mjs';

/** What the scripts for browsers are bundled from; all else that is shipped is a dependency. */
const ofBrowserBundles = /^@(codemirror|lezer)\//;
const legalFile = /^(licen[cs]e|copying|notice|copyright)([.-].*)?$/i;

/**
 * The packages whose code the bundles hold: what package.json depends on and what that depends on.
 * @returns {{ name: string, version: string, license: string, folder: string }[]}
 */
export function listShippedPackages() {
  const read = (file) => JSON.parse(readFileSync(path.join(root, file), 'utf8'));
  const { packages } = read('package-lock.json');
  const { dependencies, devDependencies } = read('package.json');
  const browserNames = Object.keys(devDependencies).filter((name) => ofBrowserBundles.test(name));
  const folders = new Set();
  const add = (name, from) => {
    const folder = findFolder(packages, name, from);
    if (folder === undefined || folders.has(folder)) return;
    folders.add(folder);
    for (const needed of Object.keys(packages[folder].dependencies ?? {})) add(needed, folder);
  };
  for (const name of [...Object.keys(dependencies), ...browserNames]) add(name, '');
  return [...folders].sort().map((folder) => {
    const { name, version, license = 'not named' } = read(path.join(folder, 'package.json'));
    return { name, version, license, folder };
  });
}

/** Where Node finds a package that one in another folder asks for. */
function findFolder(packages, name, from) {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const folder = path.posix.join(at, 'node_modules', name);
    if (packages[folder]) return folder;
    if (at === '') return undefined;
  }
}

/** Their names, licences and notices, as their licences ask for with each copy. */
export function writeNotices(file) {
  const parts = listShippedPackages().map(({ name, version, license, folder }) => {
    const texts = readdirSync(path.join(root, folder))
      .filter((entry) => legalFile.test(entry))
      .map((entry) => readFileSync(path.join(root, folder, entry), 'utf8').trim());
    return [`${name} ${version}`, `Licence: ${license}`, ...texts].join('\n\n');
  });
  const heading = 'keepalived-wai holds code of these packages.';
  writeFileSync(file, `${[heading, ...parts].join(`\n\n${'-'.repeat(78)}\n\n`)}\n`);
}

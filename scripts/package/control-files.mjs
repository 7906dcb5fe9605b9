import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { listNames, needs } from '../system-packages.mjs';

const maintainer = 'keepalived-wai <maintainers@keepalived-wai.invalid>';
/**
 * What the binary of Node.js 24 is linked with, and what makes the user: where there is no systemd, apt
 * takes the first, and brings none.
 */
const alsoNeeded = [
  ...['libc6 (>= 2.28)', 'libgcc-s1', 'libstdc++6 (>= 9)'],
  'systemd-standalone-sysusers | systemd',
];
/** Part of every Debian: a dependency on it is an error. */
const essential = ['util-linux'];

/** @returns {string} the version as Debian orders it: 1.0.0-beta.1 comes before 1.0.0 */
export const debianVersion = (version) => version.replace('-', '~');

/**
 * The file `control`.
 * @param {{ version: string, architecture: string, description: string, installedKib: number }} options
 */
export function describePackage({ version, architecture, description, installedKib }) {
  const programs = listNames(needs.serve, 'apt')
    .filter((name) => !essential.includes(name))
    .map((name) => (name === 'keepalived' ? 'keepalived (>= 1:2.2)' : name));
  const fields = {
    Package: 'keepalived-wai',
    Version: debianVersion(version),
    Architecture: architecture,
    Maintainer: maintainer,
    'Installed-Size': String(installedKib),
    Depends: [...alsoNeeded, ...programs].join(', '),
    Recommends: 'nftables',
    Section: 'admin',
    Priority: 'optional',
    Description: [
      description.replace(/^A /, '').replace(/,.*$/, ''),
      ' See who serves the virtual IP, set up master and backup, edit the',
      ' configuration with a check before and a proof after each save, start, stop',
      ' and reload keepalived, read its log, and find out what is wrong.',
      ' It brings its own Node.js.',
    ].join('\n'),
  };
  return Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('');
}

/**
 * The changelog that Debian's tools read; what a user notices is in CHANGELOG.md beside it.
 * @param {number} epoch seconds since 1970
 */
export function describeChanges(version, epoch) {
  const date = new Date(epoch * 1000).toUTCString().replace('GMT', '+0000');
  return [
    `keepalived-wai (${debianVersion(version)}) unstable; urgency=medium`,
    '',
    '  * What is new: /usr/share/doc/keepalived-wai/CHANGELOG.md.gz',
    '',
    ` -- ${maintainer}  ${date}`,
    '',
  ].join('\n');
}

/** The file `md5sums`, with which dpkg --verify finds what was changed later. */
export function sumFiles(tree, files) {
  const sum = (file) =>
    createHash('md5')
      .update(readFileSync(path.join(tree, file)))
      .digest('hex');
  return files.map((file) => `${sum(file)}  ${file}\n`).join('');
}

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PreparationError, root, step } from '../step.mjs';
import { architectures } from './architectures.mjs';

const lock = path.join(root, 'packaging/node/package-lock.json');

/**
 * Fetches the Node.js that `packaging/node` pins.
 * @param {keyof typeof architectures} architecture
 * @param {string} folder for what is fetched
 * @returns {Promise<{ binary: string, license: string, name: string, version: string, sha512: string }>}
 *   the program without its symbols, the text of its licences, and which npm package it came in
 * @throws {PreparationError} when it is not the one of the lock, byte for byte
 */
export async function fetchNode(architecture, folder) {
  const { npm, strip } = architectures[architecture];
  const name = `node-linux-${npm}`;
  const { version, integrity } = JSON.parse(readFileSync(lock, 'utf8')).packages[
    `node_modules/${name}`
  ];
  mkdirSync(folder, { recursive: true });
  // Not `npm ci`, which also lays out some three thousand files of headers.
  await step(`Fetching Node.js ${version} for ${architecture}`, [
    ...['npm', 'pack', `${name}@${version}`, '--prefer-offline', '--pack-destination', folder],
  ]);
  const archive = path.join(folder, `${name}-${version}.tgz`);
  const sha512 = createHash('sha512').update(readFileSync(archive)).digest();
  if (`sha512-${sha512.toString('base64')}` !== integrity) {
    throw new PreparationError(
      `${name} ${version} is not what ${path.relative(root, lock)} names: its hash is another.\n` +
        'Do not use it. Find out who changed it, the registry or the lock.',
    );
  }
  const fetched = path.join(folder, 'package');
  await step('Unpacking it', [
    ...['tar', '--extract', '--gzip', '--file', archive, '--directory', folder],
    ...['package/bin/node', 'package/LICENSE'],
  ]);
  const binary = path.join(folder, 'node');
  await step('Removing its symbols', [
    ...[strip, '--remove-section=.comment', '-o', binary, path.join(fetched, 'bin/node')],
  ]);
  const license = path.join(fetched, 'LICENSE');
  return { binary, license, name, version, sha512: sha512.toString('hex') };
}

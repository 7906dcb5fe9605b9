/** Which authorities a request trusts: the system's store, as curl and wget do, or a file that they are given. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import type { SecureContext } from 'node:tls';

/** Where distributions keep it: Debian, Fedora and its kin, SUSE. */
const systemStores = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
];

const known = new Map<string, { version: string; context: SecureContext }>();

/**
 * @param path undefined: the system's
 * @returns why a given file cannot be used, as the end of a sentence; undefined: there is no store of
 * the system's, and Node.js takes its own
 */
export async function readAuthorities(
  path: string | undefined,
): Promise<SecureContext | string | undefined> {
  for (const candidate of path === undefined ? systemStores : [path]) {
    try {
      return await readStore(candidate);
    } catch (error) {
      if (path === undefined) continue;
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'no PEM';
      return `the file of authorities ${path} cannot be used (${code})`;
    }
  }
  return undefined;
}

const maxBytes = 4 * 1024 * 1024;

async function readStore(path: string): Promise<SecureContext> {
  // A link is followed, as by curl; a pipe is not waited for.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = await handle.stat();
    if (!stats.isFile() || stats.size > maxBytes) throw new Error('no file, or too large');
    const version = [stats.dev, stats.ino, stats.size, stats.mtimeMs].join(' ');
    const before = known.get(path);
    if (before?.version === version) return before.context;
    const pem = await handle.readFile('utf8');
    if (!pem.includes('-----BEGIN ')) throw new Error('no PEM');
    const context = createSecureContext({ ca: pem });
    known.set(path, { version, context });
    return context;
  } finally {
    await handle.close();
  }
}

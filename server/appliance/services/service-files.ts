import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathExists } from '../files/regular-file.ts';
import { UnseenError, undefinedIfAbsent } from '../unseen-error.ts';

/** Where native units stand, the administrator's own first; see systemd.unit(5). */
const unitFolders = [
  '/etc/systemd/system',
  '/run/systemd/system',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/lib/systemd/system',
];

/** `keepalived` → `keepalived.service`. Throws for what cannot be a service's name. */
export function unitName(service: string): string {
  assertServiceName(service);
  return service.endsWith('.service') ? service : `${service}.service`;
}

/** The init script that a service has or would have. Throws like `unitName`. */
export function initScriptPath(service: string): string {
  assertServiceName(service);
  return join('/etc/init.d', service);
}

/** Names become arguments of commands and parts of paths: no option, no path may pass as one. */
export function assertServiceName(service: string): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9@._-]*$/.test(service)) {
    throw new TypeError(`${JSON.stringify(service)} is not a service's name`);
  }
}

/**
 * The service's native systemd unit file, if it has one; not one generated from an init script.
 * @throws {UnseenError} if it can’t tell
 */
export async function findUnitFile(service: string): Promise<string | undefined> {
  const name = unitName(service);
  // An instance of a template: getty@tty1.service is described by getty@.service.
  const names = name.includes('@') ? [name, name.replace(/@.*(?=\.service$)/, '@')] : [name];
  for (const path of unitFolders.flatMap((folder) => names.map((file) => join(folder, file)))) {
    if (await pathExists(path)) return path;
  }
  return undefined;
}

/** @throws {UnseenError} if it can’t tell */
export async function hasInitScript(service: string): Promise<boolean> {
  return pathExists(initScriptPath(service));
}

/** Why a service has no init script that could be run, as a sentence; undefined: it has one. */
export async function findInitScriptFlaw(service: string): Promise<string | undefined> {
  try {
    if (await hasInitScript(service)) return undefined;
    return `${initScriptPath(service)} does not exist.`;
  } catch (error) {
    if (error instanceof UnseenError) return `${error.message}.`;
    throw error;
  }
}

/**
 * `Description=` of its unit, or `Short-Description:` of its init script (LSB), or nothing; where they
 * cannot be read, that.
 */
export async function describeService(service: string): Promise<string> {
  try {
    const unitFile = await findUnitFile(service);
    const path = unitFile ?? initScriptPath(service);
    const text = (await undefinedIfAbsent(path, () => readFile(path, 'utf8'))) ?? '';
    const line = unitFile === undefined ? /^#\s*Short-Description:(.*)$/m : /^Description=(.*)$/m;
    return line.exec(text)?.[1]?.trim() ?? '';
  } catch (error) {
    if (error instanceof UnseenError) return `(${error.message})`;
    throw error;
  }
}

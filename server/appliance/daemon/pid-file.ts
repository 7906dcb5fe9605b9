import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { undefinedIfAbsent } from '../unseen-error.ts';

/**
 * The pid in a pid file; undefined if there is no file, 0 if it holds no pid.
 * @throws {UnseenError} if the file cannot be read
 */
export async function readPidFile(path: string): Promise<number | undefined> {
  const text = await undefinedIfAbsent(path, () => readFileSync(path, 'utf8'));
  if (text === undefined) return undefined;
  // Digits only: 0 and negative numbers would signal whole groups of processes.
  return /^\s*[1-9]\d{0,9}\s*$/.test(text) ? Number(text) : 0;
}

/**
 * Where a child of the daemon has its pid file: beside the daemon's, named alike, also with
 * `instance` (`keepalived_foo.pid`, `vrrp_foo.pid`) and `use_pid_dir` (measured, 2.2.7).
 */
export function childPidPath(pidPath: string, child: 'vrrp' | 'checkers' | 'bfd'): string {
  const name = basename(pidPath);
  const childName = name.startsWith('keepalived')
    ? name.replace('keepalived', child)
    : `${child}.pid`;
  return join(dirname(pidPath), childName);
}

/** Where keepalived puts its pid file, also with `use_pid_dir` and `instance` (keepalived.conf(5)). */
const pidFolders = ['/run', '/run/keepalived'];

/**
 * The pid file, if there is one, in which a keepalived has written its pid.
 * @throws {UnseenError} if it can’t tell
 */
export async function findPidFileOf(pid: number): Promise<string | undefined> {
  for (const folder of pidFolders) {
    const names = (await undefinedIfAbsent(folder, () => readdir(folder))) ?? [];
    for (const name of names.filter((one) => /^keepalived(?:_.*)?\.pid$/.test(one))) {
      const path = join(folder, name);
      if ((await readPidFile(path)) === pid) return path;
    }
  }
  return undefined;
}

/**
 * Paths that a configuration names, where this program's own unit hides them: by `ProtectHome=` and
 * `PrivateTmp=` it has other folders in the place of /home, /root and /tmp, keepalived has not. “Does
 * not exist” would be wrong of a script in there.
 */
import { readFileSync } from 'node:fs';

/** A folder of a mount as /proc/self/mountinfo has it (proc(5)), which systemd put over the machine's. */
const substitute = /^(?:\/systemd\/inaccessible\/|.*\/systemd-private-)/;

/** @returns the folders of this process that are systemd's substitutes, as `/tmp` */
export function listHiddenFolders(mountInfo: string): string[] {
  return mountInfo
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, , , root = '']) => substitute.test(root))
    .map(([, , , , place = '']) => place);
}

let hidden: readonly string[] | undefined;

/**
 * Where to look for a file of the machine, only to read it.
 * @param path absolute, as keepalived sees it while it has no root of its own
 */
export function machinePath(path: string): string {
  hidden ??= listHiddenFolders(readFileSync('/proc/self/mountinfo', 'utf8'));
  const isHidden = hidden.some((folder) => path === folder || path.startsWith(`${folder}/`));
  // Process 1 has what the machine has; to look through its root needs SYS_PTRACE.
  return isHidden ? `/proc/1/root${path}` : path;
}

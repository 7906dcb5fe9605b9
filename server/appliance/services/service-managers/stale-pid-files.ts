import { rm } from 'node:fs/promises';
import { childPidPath, readPidFile } from '../../daemon/pid-file.ts';
import { nameProcess, runsKeepalived } from '../../daemon/process-table.ts';

/**
 * Removes keepalived's pid files that hold no pid, or that of another program or a zombie:
 * keepalived would take it for itself and not start (measured, 2.2.7). One of a process that is gone
 * it replaces itself, and one of a living keepalived is never touched.
 * @param pidPath the daemon's; its children's are looked for in the same folder.
 * @returns a sentence for each removed file.
 * @throws {UnseenError} if a process can’t be looked at; its file is not removed
 */
export async function removeStalePidFiles(pidPath: string): Promise<string[]> {
  const children = ['vrrp', 'checkers', 'bfd'] as const;
  const removed: string[] = [];
  for (const path of [pidPath, ...children.map((child) => childPidPath(pidPath, child))]) {
    const pid = await readPidFile(path);
    if (pid === undefined || (pid !== 0 && (await runsKeepalived(pid)))) continue;
    const otherProgram = pid === 0 ? undefined : await nameProcess(pid);
    if (pid !== 0 && otherProgram === undefined) continue;
    await rm(path);
    const what =
      otherProgram === undefined
        ? 'it held no process id'
        : `it named process ${pid}, which is ${otherProgram} and not keepalived`;
    removed.push(`Removed ${path}: ${what}.`);
  }
  return removed;
}

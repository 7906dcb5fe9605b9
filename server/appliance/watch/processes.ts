import { readPidFile } from '../pid-file.ts';
import { readChildPids, readProcess, runsKeepalived } from '../process-table.ts';

/** A killed process removes no pid file and tells nobody; to look costs a few small reads. */
const lookEveryMs = 500;

/**
 * Tells when keepalived or one of its children comes or goes, also by SIGKILL.
 * @returns once it is known what runs now
 */
export async function watchProcesses(
  pidPath: string,
  onChange: () => void,
): Promise<{ close(): void }> {
  async function listLiving(): Promise<string> {
    const pid = await readPidFile(pidPath);
    const found = pid ? await readProcess(pid) : undefined;
    const living: (number | undefined)[] = [];
    if (pid && found && (await runsKeepalived(pid))) {
      living.push(pid, found.startTicks);
      for (const childPid of await readChildPids(pid)) {
        living.push(childPid, (await readProcess(childPid))?.startTicks);
      }
    }
    return living.join(' ');
  }

  let known = await listLiving();
  const look = async () => {
    const living = await listLiving();
    if (living !== known) onChange();
    known = living;
  };
  const timer = setInterval(() => void look(), lookEveryMs).unref();
  return {
    close() {
      clearInterval(timer);
    },
  };
}

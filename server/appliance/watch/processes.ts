import { readPidFile } from '../pid-file.ts';
import { readChildPids, readProcess } from '../process-table.ts';

/** A killed process removes no pid file and tells nobody; to look costs three small reads. */
const lookEveryMs = 500;

/** Tells when keepalived or one of its children comes or goes, also by SIGKILL. */
export function watchProcesses(pidPath: string, onChange: () => void): { close(): void } {
  let known: string | undefined;
  let isLooking = false;

  async function look(): Promise<void> {
    const pid = await readPidFile(pidPath);
    const found = pid ? await readProcess(pid) : undefined;
    const living: (number | undefined)[] = [];
    if (pid && found) {
      living.push(pid, found.startTicks);
      for (const childPid of await readChildPids(pid)) {
        living.push(childPid, (await readProcess(childPid))?.startTicks);
      }
    }
    const seen = living.join(' ');
    if (known !== undefined && seen !== known) onChange();
    known = seen;
  }

  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    void look().finally(() => {
      isLooking = false;
    });
  }, lookEveryMs).unref();
  return {
    close() {
      clearInterval(timer);
    },
  };
}

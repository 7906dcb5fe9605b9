import { onBeat } from '../../shared/watching/beat.ts';
import { findMainProcess } from '../daemon/main-processes.ts';
import { readPidFile } from '../daemon/pid-file.ts';
import { readChildPids, readProcess, runsKeepalived } from '../daemon/process-table.ts';

/** A killed process removes no pid file and tells nobody; to look costs a few small reads. */
const lookEveryMs = { usually: 500, resting: 1_000 };

/**
 * Tells when keepalived or one of its children comes or goes, also by SIGKILL, or is stopped.
 * @returns once it is known what runs now
 */
export async function watchProcesses(
  { pidPath, configPath }: { pidPath: string; configPath: string },
  onChange: () => void,
): Promise<{ setResting: (isResting: boolean) => void; close: () => void }> {
  async function listLiving(): Promise<string> {
    const named = await readPidFile(pidPath);
    const isNamed = named !== undefined && named !== 0 && (await runsKeepalived(named));
    const pid = isNamed ? named : await findMainProcess(configPath, []);
    const found = pid === undefined ? undefined : await readProcess(pid);
    const living: (number | boolean | undefined)[] = [];
    if (pid !== undefined && found) {
      living.push(pid, found.startTicks, isStopped(found));
      for (const childPid of await readChildPids(pid)) {
        const child = await readProcess(childPid);
        living.push(childPid, child?.startTicks, isStopped(child));
      }
    }
    return living.join(' ');
  }

  // What could not be looked at, and why, is something new as well.
  const list = () => listLiving().catch((error: unknown) => String(error));
  let known = await list();
  const look = async () => {
    const living = await list();
    if (living !== known) onChange();
    known = living;
  };
  const begin = (everyMs: number) => onBeat(everyMs, () => void look());
  let stop = begin(lookEveryMs.usually);
  return {
    setResting(isResting) {
      stop();
      stop = begin(isResting ? lookEveryMs.resting : lookEveryMs.usually);
    },
    close() {
      stop();
    },
  };
}

/** Not `blocked`, which comes and goes with each wait for a disk. */
const isStopped = (found: Awaited<ReturnType<typeof readProcess>>) => found?.halt === 'stopped';

import { constants } from 'node:os';
import { findOption } from '../../keepalived/proof/command-line.ts';
import type { DaemonProcess, HaltedProcess, LostPidFile } from '../../keepalived/proof/evidence.ts';
import { isInstalled } from '../commands/find-executable.ts';
import { runCommand } from '../commands/run-command.ts';
import { UnseenError } from '../unseen-error.ts';
import { findMainProcess } from './main-processes.ts';
import { childPidPath, findPidFileOf, readPidFile } from './pid-file.ts';
import {
  awaitsSignal,
  nameProcess,
  readArguments,
  readChildPids,
  readProcess,
  readUptimeSeconds,
  runsKeepalived,
} from './process-table.ts';

export type DaemonReader = () => Promise<DaemonProcess>;

/** What does not change while one daemon lives. */
interface KnownDaemon {
  pid: number;
  startTicks: number;
  startedAtMs: number;
  version: string | undefined;
  /** Where it was told to write the pid of its VRRP process; undefined: beside its own. */
  vrrpPidPath: string | undefined;
}

/** The start is computed from a clock of 10 ms; only a larger change is a step of the wall clock. */
const clockJitterMs = 1000;

const defaultConfigPath = '/etc/keepalived/keepalived.conf';

/**
 * Makes the reader of keepalived's processes. They are proved, not believed: the pid file leads to
 * a process that is no zombie and whose executable is keepalived (measured, see keepalived facts).
 * Where it does not, /proc is searched for one before it is called stopped.
 * What cannot be looked at is `unknown`, never stopped.
 * A command is run only once for each daemon, for its version.
 */
export function createDaemonReader(
  pidPath: string,
  configPath: string = defaultConfigPath,
): DaemonReader {
  let known: KnownDaemon | undefined;
  async function look(): Promise<DaemonProcess> {
    const named = await readPidFile(pidPath);
    const isNamed = named !== undefined && named !== 0 && (await runsKeepalived(named));
    const leftChildPids = isNamed ? [] : await readLeftChildPids(pidPath);
    const pid = isNamed ? named : await findMainProcess(configPath, leftChildPids);
    const found = pid === undefined ? undefined : await readProcess(pid);
    if (pid === undefined || !found) {
      if (!(await isInstalled('keepalived'))) return { state: 'not-installed' };
      const stalePidFile =
        named === undefined
          ? undefined
          : {
              path: pidPath,
              pid: named,
              otherProgram: named ? await nameProcess(named) : undefined,
            };
      return { state: 'stopped', stalePidFile, leftChildPids };
    }
    const lostPidFile = isNamed ? undefined : await describeLostPidFile(pid, pidPath, named);
    const startedAtMs = Date.now() - (await readUptimeSeconds()) * 1000 + found.startTicks * 10;
    const same = known?.pid === pid && known.startTicks === found.startTicks ? known : undefined;
    known = {
      pid,
      startTicks: found.startTicks,
      startedAtMs:
        same && Math.abs(same.startedAtMs - startedAtMs) < clockJitterMs
          ? same.startedAtMs
          : Math.round(startedAtMs),
      // Not of the one on the disk, which after an upgrade is another.
      version: same?.version ?? (await askVersion(`/proc/${pid}/exe`)),
      vrrpPidPath: same ? same.vrrpPidPath : await findVrrpPidOption(pid),
    };
    const vrrpPidPath = known.vrrpPidPath ?? childPidPath(lostPidFile?.ownPath ?? pidPath, 'vrrp');
    const { childPids, vrrpPid } = await readChildren(pid, vrrpPidPath);
    const halted = await findHalted([pid, ...childPids]);
    const { version } = known;
    return {
      ...{ state: 'running', pid, startedAtMs: known.startedAtMs, version },
      ...{ vrrpPid, childPids },
      ...(halted.length > 0 && { halted }),
      ...(lostPidFile && { lostPidFile }),
    };
  }
  return () =>
    look().catch((error: unknown) => {
      if (error instanceof UnseenError) return { state: 'unknown', reason: error.message };
      throw error;
    });
}

async function describeLostPidFile(
  pid: number,
  path: string,
  named: number | undefined,
): Promise<LostPidFile> {
  const option = findOption(await readArguments(pid), { short: '-p', long: '--pid' });
  const isOwn = option !== undefined && option !== path && (await readPidFile(option)) === pid;
  return { path, pid: named, ownPath: isOwn ? option : await findPidFileOf(pid) };
}

async function findHalted(pids: readonly number[]): Promise<HaltedProcess[]> {
  const processes = await Promise.all(
    pids.map(async (pid) => ({ pid, how: (await readProcess(pid))?.halt })),
  );
  return processes.flatMap(({ pid, how }) => (how === undefined ? [] : [{ pid, how }]));
}

/** Of the keepalived on the disk; undefined where there is none. */
export function readInstalledVersion(): Promise<string | undefined> {
  return askVersion('keepalived');
}

async function askVersion(executable: string): Promise<string | undefined> {
  const { stdout, stderr } = await runCommand(executable, ['--version']);
  return /^Keepalived v(\S+)/m.exec(stdout + stderr)?.[1];
}

async function readChildren(pid: number, vrrpPidPath: string) {
  const childPids: number[] = [];
  for (const childPid of await readChildPids(pid)) {
    // Not a startup script, nor the zombie of a child.
    if (await runsKeepalived(childPid)) childPids.push(childPid);
  }
  const vrrpPid = await readPidFile(vrrpPidPath);
  if (vrrpPid !== undefined && childPids.includes(vrrpPid)) return { childPids, vrrpPid };
  return { childPids, vrrpPid: await findVrrpChild(childPids) };
}

/**
 * The VRRP process among keepalived's children, without a pid file: of them it alone waits for SIGUSR2,
 * which the others ignore (`vrrp_daemon.c`, `check_daemon.c`, `bfd_daemon.c` of 2.0.20 to 2.4.3;
 * measured, 2.2.7). One that was just forked has still its parent's signals, so that two may seem to.
 */
async function findVrrpChild(childPids: readonly number[]): Promise<number | undefined> {
  const awaiting = await Promise.all(
    childPids.map((childPid) => awaitsSignal(childPid, constants.signals.SIGUSR2)),
  );
  const [found, ...others] = childPids.filter((_, index) => awaiting[index]);
  return others.length === 0 ? found : undefined;
}

/** Only orphans: the child of a daemon that lives, though not by this pid file, is none of ours. */
async function readLeftChildPids(pidPath: string): Promise<number[]> {
  const leftPids: number[] = [];
  for (const pid of await readChildPidFiles(pidPath, ['vrrp', 'checkers', 'bfd'])) {
    if (pid === undefined || pid === 0 || !(await runsKeepalived(pid))) continue;
    const child = await readProcess(pid);
    if (child && !(await isKeepalived(child.parentPid))) leftPids.push(pid);
  }
  return leftPids;
}

/** Of a parent: init's own executable may be hidden even from root, in a container; its name is not. */
async function isKeepalived(pid: number): Promise<boolean> {
  return runsKeepalived(pid).catch(async (error: unknown) => {
    if (error instanceof UnseenError) return (await nameProcess(pid)) === 'keepalived';
    throw error;
  });
}

function readChildPidFiles(pidPath: string, children: Parameters<typeof childPidPath>[1][]) {
  return Promise.all(children.map((child) => readPidFile(childPidPath(pidPath, child))));
}

async function findVrrpPidOption(pid: number): Promise<string | undefined> {
  return findOption(await readArguments(pid), { short: '-r', long: '--vrrp_pid' });
}

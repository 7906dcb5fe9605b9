import { readFile, readlink } from 'node:fs/promises';
import { basename } from 'node:path';

/** What the kernel says of a process that lives; see proc(5). */
interface ProcessStatus {
  /** At most 15 characters, and a program may change it. */
  name: string;
  parentPid: number;
  /** Start after boot, in hundredths of a second (USER_HZ, the same on every Linux). */
  startTicks: number;
}

/** Reads /proc/PID/stat. Undefined if there is no such process, or only its zombie. */
export async function readProcess(pid: number): Promise<ProcessStatus | undefined> {
  const status = await readStatus(pid);
  return status === undefined || status.dead ? undefined : status;
}

/** What a dead process is called whose parent has not collected it yet; it still has its pid. */
export const zombie = 'a zombie';

/** The name of what has a pid, also if it is only a `zombie`. Undefined if nothing has. */
export async function nameProcess(pid: number): Promise<string | undefined> {
  const status = await readStatus(pid);
  return status?.dead ? zombie : status?.name;
}

async function readStatus(pid: number): Promise<(ProcessStatus & { dead: boolean }) | undefined> {
  const stat = await readText(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The name stands in parentheses and may contain some itself.
  const nameEnd = stat.lastIndexOf(')');
  const fields = stat.slice(nameEnd + 2).split(' ');
  return {
    name: stat.slice(stat.indexOf('(') + 1, nameEnd),
    parentPid: Number(fields[1]),
    startTicks: Number(fields[19]),
    dead: fields[0] === 'Z' || fields[0] === 'X',
  };
}

/**
 * Whether a process lives and runs the keepalived program. Its executable decides, not its name,
 * which `process_names` may change; after an upgrade the executable is marked as deleted.
 */
export async function runsKeepalived(pid: number): Promise<boolean> {
  try {
    const executable = await readlink(`/proc/${pid}/exe`);
    return basename(executable).replace(/ \(deleted\)$/, '') === 'keepalived';
  } catch {
    return false;
  }
}

/** The pids of a process's children, empty if it is gone. */
export async function readChildPids(pid: number): Promise<number[]> {
  const children = await readText(`/proc/${pid}/task/${pid}/children`);
  return children?.split(' ').filter(Boolean).map(Number) ?? [];
}

/** The words of a process's command line, without the program's name. */
export async function readArguments(pid: number): Promise<string[]> {
  const commandLine = await readText(`/proc/${pid}/cmdline`);
  return commandLine?.split('\0').slice(1, -1) ?? [];
}

/** A variable in the environment that a process was started with. */
export async function readEnvironmentVariable(
  pid: number,
  name: string,
): Promise<string | undefined> {
  const environment = await readText(`/proc/${pid}/environ`);
  const assignment = environment?.split('\0').find((line) => line.startsWith(`${name}=`));
  return assignment?.slice(name.length + 1);
}

/**
 * Whether a process has made up its mind about a signal: blocks, catches or ignores it. To others,
 * such as a daemon that has only just started, most signals are deadly.
 */
export async function survivesSignal(pid: number, signal: number): Promise<boolean> {
  const status = await readText(`/proc/${pid}/status`);
  const masks = status?.matchAll(/^Sig(?:Blk|Ign|Cgt):\s*([0-9a-f]+)$/gm) ?? [];
  const bit = 1n << BigInt(signal - 1);
  return [...masks].some((mask) => (BigInt(`0x${mask[1] ?? '0'}`) & bit) !== 0n);
}

/** Seconds since boot, to a hundredth: the clock of `startTicks`. */
export async function readUptimeSeconds(): Promise<number> {
  return Number.parseFloat(await readFile('/proc/uptime', 'utf8'));
}

async function readText(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}

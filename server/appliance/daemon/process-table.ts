import { readFileSync, readlinkSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { UnseenError, undefinedIfAbsent } from '../unseen-error.ts';

/** What the kernel says of a process that lives; see proc(5). */
interface ProcessStatus {
  /** At most 15 characters, and a program may change it. */
  name: string;
  parentPid: number;
  /** Start after boot, in hundredths of a second (USER_HZ, the same on every Linux). */
  startTicks: number;
  /** It does nothing now: `stopped` by a signal or a debugger (T, t), or `blocked` in the kernel (D). */
  halt: 'stopped' | 'blocked' | undefined;
}

/**
 * Reads /proc/PID/stat. Undefined if there is no such process, or only its zombie.
 * @throws {UnseenError} if it can’t tell
 */
export async function readProcess(pid: number): Promise<ProcessStatus | undefined> {
  const status = await readStatus(pid);
  return status === undefined || status.dead ? undefined : status;
}

/** What a dead process is called whose parent has not collected it yet; it still has its pid. */
export const zombie = 'a zombie';

/**
 * The name of what has a pid, also if it is only a `zombie`. Undefined if nothing has.
 * @throws {UnseenError} if it can’t tell
 */
export async function nameProcess(pid: number): Promise<string | undefined> {
  const status = await readStatus(pid);
  return status?.dead ? zombie : status?.name;
}

async function readStatus(pid: number): Promise<(ProcessStatus & { dead: boolean }) | undefined> {
  const text = await readFromMemory(pid, 'stat');
  if (text === undefined) return undefined;
  // The name stands in parentheses and may contain some itself.
  const nameEnd = text.lastIndexOf(')');
  const fields = text.slice(nameEnd + 2).split(' ');
  const state = fields[0] ?? '';
  return {
    name: text.slice(text.indexOf('(') + 1, nameEnd),
    parentPid: Number(fields[1]),
    startTicks: Number(fields[19]),
    halt: state === 'T' || state === 't' ? 'stopped' : state === 'D' ? 'blocked' : undefined,
    dead: state === 'Z' || state === 'X',
  };
}

/**
 * Whether a process lives and runs the keepalived program. Its executable decides, not its name,
 * which `process_names` may change; after an upgrade the executable is marked as deleted.
 * @throws {UnseenError} if it can’t tell: the link is for root and CAP_SYS_PTRACE only
 */
export async function runsKeepalived(pid: number): Promise<boolean> {
  const executable = await readOfProcess(pid, () => readlinkSync(`/proc/${pid}/exe`));
  return (
    executable !== undefined && basename(executable).replace(/ \(deleted\)$/, '') === 'keepalived'
  );
}

/**
 * The pids of a process's children, empty if it is gone.
 * @throws {UnseenError} if it can’t tell
 */
export async function readChildPids(pid: number): Promise<number[]> {
  const children = await readFromMemory(pid, `task/${pid}/children`);
  if (children === undefined && (await readProcess(pid)) !== undefined) {
    throw new UnseenError(`the kernel does not list the children of process ${pid}`);
  }
  return children?.split(' ').filter(Boolean).map(Number) ?? [];
}

/**
 * The words of a process's command line, without the program's name.
 * @throws {UnseenError} if it can’t tell
 */
export async function readArguments(pid: number): Promise<string[]> {
  const commandLine = await readProcFile(pid, 'cmdline');
  return commandLine?.split('\0').slice(1, -1) ?? [];
}

/**
 * A variable in the environment that a process was started with.
 * @throws {UnseenError} if it can’t tell
 */
export async function readEnvironmentVariable(
  pid: number,
  name: string,
): Promise<string | undefined> {
  const environment = await readProcFile(pid, 'environ');
  const assignment = environment?.split('\0').find((line) => line.startsWith(`${name}=`));
  return assignment?.slice(name.length + 1);
}

/**
 * Whether a process has made up its mind about a signal: blocks, catches or ignores it. To others,
 * such as a daemon that has only just started, most signals are deadly.
 * @throws {UnseenError} if it can’t tell
 */
export async function survivesSignal(pid: number, signal: number): Promise<boolean> {
  const masks = await readSignalMasks(pid, signal);
  return masks.Blk || masks.Cgt || masks.Ign;
}

/**
 * Whether a process waits for a signal, by a handler or a descriptor (signalfd(2)), and does not
 * ignore it.
 * @throws {UnseenError} if it can’t tell
 */
export async function awaitsSignal(pid: number, signal: number): Promise<boolean> {
  const masks = await readSignalMasks(pid, signal);
  return (masks.Blk || masks.Cgt) && !masks.Ign;
}

/** In which of its masks (proc(5), status) a signal is; in none if the process is gone. */
async function readSignalMasks(pid: number, signal: number) {
  const status = await readFromMemory(pid, 'status');
  const bit = 1n << BigInt(signal - 1);
  const isIn = (name: string): boolean => {
    const [, mask = '0'] = new RegExp(`^Sig${name}:\\s*([0-9a-f]+)$`, 'm').exec(status ?? '') ?? [];
    return (BigInt(`0x${mask}`) & bit) !== 0n;
  };
  return { Blk: isIn('Blk'), Ign: isIn('Ign'), Cgt: isIn('Cgt') };
}

/**
 * Seconds since boot, to a hundredth: the clock of `startTicks`.
 * @throws {UnseenError} if it cannot be read
 */
export async function readUptimeSeconds(): Promise<number> {
  const text = await undefinedIfAbsent('/proc/uptime', () => readFileSync('/proc/uptime', 'utf8'));
  if (text === undefined) throw new UnseenError('/proc is not mounted');
  return Number.parseFloat(text);
}

/**
 * What the kernel answers without waiting for anything. Read at once: it is read twice a second, and a
 * thread that is woken for it costs more than the answer.
 */
function readFromMemory(pid: number, name: string): Promise<string | undefined> {
  return readOfProcess(pid, () => readFileSync(`/proc/${pid}/${name}`, 'utf8'));
}

/** What the kernel takes from the process's own memory, and may have to wait for. */
function readProcFile(pid: number, name: string): Promise<string | undefined> {
  return readOfProcess(pid, () => readFile(`/proc/${pid}/${name}`, 'utf8'));
}

/** Undefined only if there is no such process, or it is dead (a zombie has no executable). */
async function readOfProcess(
  pid: number,
  read: () => string | Promise<string>,
): Promise<string | undefined> {
  const text = await undefinedIfAbsent(`process ${pid}`, read);
  if (text === undefined && (await isHidden(pid))) {
    throw new UnseenError(
      `process ${pid} exists, but /proc hides it (hidepid): run this program as root, with the capability CAP_SYS_PTRACE`,
    );
  }
  return text;
}

/** With `hidepid` (proc(5)) a process of another user has no folder, but can be found by its pid. */
async function isHidden(pid: number): Promise<boolean> {
  const isShown = async () =>
    (await undefinedIfAbsent(`process ${pid}`, () => stat(`/proc/${pid}`))) !== undefined;
  return exists(pid) && !(await isShown()) && exists(pid);
}

function exists(pid: number): boolean {
  // 0 and negative numbers are whole groups of processes.
  if (pid <= 0) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

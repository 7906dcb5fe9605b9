import { type ChildProcess, spawn } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { open } from 'node:fs/promises';
import { constants } from 'node:os';
import { Readable } from 'node:stream';
import { execa } from 'execa';
import { explainCode, isAbsent } from '../unseen-error.ts';
import { readBoundedLines } from './bounded-lines.ts';

/** Where commands are looked for; the administrator's own PATH must not choose what root runs. */
export const commandFolders = [
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/sbin',
  '/usr/bin',
  '/sbin',
  '/bin',
] as const;

/** All that a child learns from its environment. The locale keeps outputs parsable. */
const fixedEnvironment = { PATH: commandFolders.join(':'), LC_ALL: 'C' };

/** How long a command that has ended may leave its output open through processes it started. */
const outputGraceMs = 250;

interface CommandOutput {
  /** The command as one would type it. */
  command: string;
  stdout: string;
  stderr: string;
  durationMs: number;
  /** Whether a stream was longer than `maxOutputBytes`; what is beyond it was dropped. */
  truncated: boolean;
}

export type CommandResult = CommandOutput &
  (
    | { kind: 'ok'; exitCode: 0 }
    /** Ended by a signal: 128 + its number, as shells say it. */
    | { kind: 'exited'; exitCode: number }
    | { kind: 'timedOut'; exitCode: undefined }
    | { kind: 'notFound'; exitCode: undefined }
    /** It is there, or may be, but could not be started; `stderr` says why, without a full stop. */
    | { kind: 'notStarted'; exitCode: undefined }
  );

export interface CommandOptions {
  /** Then the command and what it started in its process group are killed. Default 10 000. */
  timeoutMs?: number;
  /** For each of the two streams. Default 1 MiB. */
  maxOutputBytes?: number;
  /** Given to the command on standard input, which is empty otherwise. */
  input?: string;
  /** In addition to the fixed PATH and locale; nothing else is inherited. */
  env?: Record<string, string>;
  /** Default `/`: this program's own folder may be gone. */
  cwd?: string;
  /** Run as this user and group, without further groups. */
  user?: { uid: number; gid: number };
}

/**
 * Runs a command without a shell and waits for its end. Never throws for what the command does:
 * the result says whether it worked, exited with a code, took too long, could not be started or does
 * not exist.
 */
export async function runCommand(
  file: string,
  commandArguments: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const { timeoutMs = 10_000, maxOutputBytes = 1024 * 1024, input, env = {}, cwd = '/' } = options;
  const { user = {} } = options;
  const startedAtMs = performance.now();
  const start = startGuarded(() =>
    execa(file, commandArguments, {
      ...(input === undefined ? { stdin: 'ignore' } : { input }),
      ...user,
      cwd,
      env: { ...fixedEnvironment, ...env },
      extendEnv: false,
      // Its own process group, so that the time limit also ends what it started.
      detached: true,
      buffer: false,
      reject: false,
    }),
  );
  if (!start.ok) {
    const command = [file, ...commandArguments].join(' ');
    const durationMs = performance.now() - startedAtMs;
    const output = { command, stdout: '', stderr: '', durationMs, truncated: false };
    return describeUnstarted(output, await start.code);
  }
  const { subprocess } = start;
  const { stdout, stderr } = subprocess;
  const standardOutput = collect(stdout, maxOutputBytes);
  const standardError = collect(stderr, maxOutputBytes);

  let timedOut = false as boolean;
  const deadline = setTimeout(() => {
    timedOut = true;
    if (subprocess.pid !== undefined) killProcessGroup(subprocess.pid);
  }, timeoutMs);
  let grace: NodeJS.Timeout | undefined;
  subprocess.once('exit', () => {
    clearTimeout(deadline);
    grace = setTimeout(() => {
      stdout.destroy();
      stderr.destroy();
    }, outputGraceMs);
  });
  const ended = await subprocess;
  clearTimeout(deadline);
  clearTimeout(grace);

  const output = {
    command: ended.escapedCommand,
    stdout: standardOutput.text(),
    stderr: standardError.text(),
    durationMs: performance.now() - startedAtMs,
    truncated: standardOutput.truncated() || standardError.truncated(),
  };
  if (subprocess.pid === undefined) return describeUnstarted(output, ended.code);
  if (timedOut) return { ...output, kind: 'timedOut', exitCode: undefined };
  const exitCode = subprocess.exitCode ?? 128 + signalNumber(subprocess.signalCode);
  return exitCode === 0
    ? { ...output, kind: 'ok', exitCode }
    : { ...output, kind: 'exited', exitCode };
}

function describeUnstarted(output: CommandOutput, code = 'unknown error'): CommandResult {
  if (isAbsent({ code })) {
    return { ...output, kind: 'notFound', exitCode: undefined, stderr: 'there is no such program' };
  }
  const stderr = code === 'EACCES' ? 'permission denied' : explainCode(code);
  return { ...output, kind: 'notStarted', exitCode: undefined, stderr };
}

type Start<Subprocess> =
  | { ok: true; subprocess: Subprocess }
  /** The system's code. */
  | { ok: false; code: Promise<string> };

/**
 * Starts a process by execa. Without a file descriptor left Node makes one without streams, which
 * execa fails at; nobody would then hear that process's error, which would end this program (measured,
 * execa 9.6, Node 20).
 */
function startGuarded<Subprocess>(start: () => Subprocess): Start<Subprocess> {
  let made: ChildProcess | undefined;
  const note = (message: unknown): void => {
    made = (message as { process: ChildProcess }).process;
  };
  subscribe(childProcesses, note);
  try {
    return { ok: true, subprocess: start() };
  } catch (error) {
    const failed = made;
    if (failed === undefined) throw error;
    const code = new Promise<string>((resolve) => {
      failed.once('error', ({ code: found = 'unknown error' }: NodeJS.ErrnoException) => {
        resolve(found);
      });
    });
    return { ok: false, code };
  } finally {
    unsubscribe(childProcesses, note);
  }
}

/** Node's own channel, on which it tells of each that is made. */
const childProcesses = 'child_process';

function killProcessGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended in this very moment.
  }
}

function signalNumber(signal: NodeJS.Signals | null): number {
  return signal === null ? 0 : constants.signals[signal];
}

function collect(stream: Readable, limitBytes: number) {
  const chunks: Buffer[] = [];
  let keptBytes = 0;
  let truncated = false;
  stream.on('data', (chunk: Buffer) => {
    const kept = chunk.subarray(0, limitBytes - keptBytes);
    if (kept.length < chunk.length) truncated = true;
    if (kept.length === 0) return;
    chunks.push(kept);
    keptBytes += kept.length;
  });
  return { text: () => Buffer.concat(chunks).toString('utf8'), truncated: () => truncated };
}

export interface DetachedProcess {
  pid: number;
  /** Its exit code (128 + number of a signal). To await it does not keep this program alive. */
  exited: Promise<number>;
}

/**
 * Starts a process that outlives this program: a session of its own, nothing shared. Its output
 * is appended to `outputPath`, or lost.
 * @returns undefined if the program does not exist or cannot be executed.
 */
export async function startDetached(
  file: string,
  commandArguments: readonly string[],
  options: { outputPath?: string } = {},
): Promise<DetachedProcess | undefined> {
  const outputFile =
    options.outputPath === undefined ? undefined : await open(options.outputPath, 'a', 0o600);
  const output = outputFile?.fd ?? 'ignore';
  // Not execa: its pipes end with us, and it takes no file descriptor of a file.
  const subprocess = spawn(file, commandArguments, {
    stdio: ['ignore', output, output],
    env: fixedEnvironment,
    cwd: '/',
    detached: true,
  });
  subprocess.unref();
  const exited = new Promise<number>((resolve) => {
    subprocess.once('error', () => {
      resolve(127);
    });
    subprocess.once('exit', (code, signal) => {
      resolve(code ?? 128 + signalNumber(signal));
    });
  });
  await outputFile?.close();
  return subprocess.pid === undefined ? undefined : { pid: subprocess.pid, exited };
}

export interface CommandStream<Item> extends AsyncIterable<Item> {
  /** Ends the command and waits until it is gone. */
  close: () => Promise<void>;
  /** Once it has ended: why other than well, as a sentence; undefined also if it was closed. */
  problem: Promise<string | undefined>;
}

/**
 * Runs a command that talks for as long as it lives (`ip monitor`) and ends at the latest with
 * this program. Iterate over its lines of standard output, once; the iteration ends with the
 * command, whyever that is.
 */
export function streamCommand(
  file: string,
  commandArguments: readonly string[],
): CommandStream<string> {
  const { stdout, close, problem } = startStream(file, commandArguments);
  return {
    problem,
    async *[Symbol.asyncIterator]() {
      // Not execa's own iterator: to leave that one waits for the command's end.
      yield* readBoundedLines(stdout as AsyncIterable<Buffer>);
    },
    close,
  };
}

/** The same for a command whose standard output is bytes. */
export function streamCommandBytes(
  file: string,
  commandArguments: readonly string[],
  goodExitCodes?: readonly number[],
): CommandStream<Buffer> & {
  /** The last of what it printed on standard error. */
  lastWords(): string;
} {
  const { stdout, stderr, close, problem } = startStream(file, commandArguments, goodExitCodes);
  let words = '';
  stderr.on('data', (chunk: Buffer) => {
    words = (words + chunk.toString()).slice(-lastWordsLength);
  });
  return {
    async *[Symbol.asyncIterator]() {
      for await (const chunk of stdout) yield chunk as Buffer;
    },
    lastWords: () => words,
    close,
    problem,
  };
}

const lastWordsLength = 4096;

function startStream(
  file: string,
  commandArguments: readonly string[],
  goodExitCodes: readonly number[] = [0],
) {
  const start = startGuarded(() =>
    execa(file, commandArguments, {
      stdin: 'ignore',
      cwd: '/',
      env: fixedEnvironment,
      extendEnv: false,
      buffer: false,
      reject: false,
      forceKillAfterDelay: 1000,
    }),
  );
  const tell = (how: string) => `\`${file}\` ${how}.`;
  if (!start.ok) {
    const problem = start.code.then((code) => tell(`could not be started: ${explainCode(code)}`));
    const nothing = () => Readable.from([]);
    return { stdout: nothing(), stderr: nothing(), problem, close: () => Promise.resolve() };
  }
  const { subprocess } = start;
  const { stdout, stderr } = subprocess;
  // Read by nobody, it would fill up and stop the command.
  stderr.resume();
  let isClosed = false as boolean;
  const problem = subprocess.then((ended) => {
    if (isClosed || goodExitCodes.includes(ended.exitCode ?? NaN)) return undefined;
    if (subprocess.pid === undefined) {
      return tell(`could not be started: ${explainCode(ended.code ?? 'unknown error')}`);
    }
    return tell(
      ended.signal === undefined
        ? `failed with exit code ${ended.exitCode ?? 'unknown'}`
        : `was ended by ${ended.signal}`,
    );
  });
  return {
    stdout,
    stderr,
    problem,
    close: async () => {
      isClosed = true;
      subprocess.kill();
      await subprocess;
    },
  };
}

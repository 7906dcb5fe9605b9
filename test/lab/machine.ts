import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { createLabProcess, getOnlyChild, type LabProcess } from './lab-process.ts';

const repositoryPath = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');

/** What a command sees of the environment: nothing of this machine's own settings. */
const environment = {
  PATH: `/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:${path.dirname(process.execPath)}`,
  HOME: '/root',
  LANG: 'C.UTF-8',
};

export interface CommandOptions {
  /** Added to a fixed environment; nothing is inherited. */
  env?: Record<string, string>;
}

export interface RunOptions extends CommandOptions {
  input?: string;
  /** Default 10 000. */
  timeoutMs?: number;
  /** Return a non-zero exit code instead of throwing. */
  allowFailure?: boolean;
}

export interface RunResult {
  exitCode: number | undefined;
  stdout: string;
  stderr: string;
}

/** A set of namespaces with a process 1 of its own: to its programs, a machine. */
export interface Machine {
  /** Process 1, as this side numbers it. */
  pid: number;
  /** Runs a command there to its end. @throws ExecaError, with its output, when it fails. */
  run(command: string, args?: string[], options?: RunOptions): Promise<RunResult>;
  /** Runs a command there to its end, with our own output. @returns its exit code. */
  report(command: string, args: string[], options?: RunOptions): Promise<number>;
  /** Starts a program there, in the repository's folder. */
  start(command: string, args?: string[], options?: CommandOptions): Promise<LabProcess>;
  /** Where a file of that machine is for a program out here. Absolute symbolic links mislead. */
  outsidePath(insidePath: string): string;
  /** Ends all that runs there. Afterwards nothing of it is left. */
  close(): Promise<void>;
}

/**
 * Makes new mount, host name, network and pid namespaces, with `script` (of `inside/`) as process 1.
 * They live as long as that process, and it lives as long as this one: killed or not, a program
 * that made a machine leaves nothing behind.
 * @throws with what the script printed when it does not become ready.
 */
export async function createMachine(script: string, args: string[] = []): Promise<Machine> {
  const scriptPath = path.join(repositoryPath, 'test/lab/inside', script);
  const holder = spawn(
    'unshare',
    [
      ...['--mount', '--uts', '--net', '--pid', '--fork', '--mount-proc'],
      ...['--propagation', 'private', 'bash', scriptPath, ...args],
    ],
    // Detached: a Ctrl-C is for the program that made the machine, and it ends the machine in order.
    { cwd: repositoryPath, env: environment, stdio: 'pipe', detached: true },
  );
  const exited = new Promise((resolve) => holder.once('exit', resolve));
  let printed = '';
  await new Promise<void>((resolve, reject) => {
    const listen = (chunk: Buffer): void => {
      printed += chunk.toString();
      if (/^ready$/m.test(printed)) resolve();
    };
    holder.stdout.on('data', listen);
    holder.stderr.on('data', listen);
    holder.once('error', reject);
    holder.once('exit', () => {
      reject(new Error(`${script} ended before it was ready (is this root?):\n${printed}`));
    });
  });
  const pid = await getOnlyChild(holder.pid);
  const enter = [
    ...['--target', String(pid), '--mount', '--uts', '--net', '--pid'],
    ...['env', `--chdir=${repositoryPath}`],
  ];

  /** With the time limit in there, because to end nsenter is not to end what it started. */
  const limited = (command: string, args: string[], { timeoutMs = 10_000 }: RunOptions) => {
    const limit = ['timeout', '--kill-after=1', String(timeoutMs / 1000)];
    return [...enter, ...limit, command, ...args];
  };

  return {
    pid,
    async report(command, commandArgs, options = {}) {
      const result = await execa('nsenter', limited(command, commandArgs, options), {
        env: { ...environment, ...options.env },
        ...{ extendEnv: false, stdin: 'ignore', stdout: 'inherit', stderr: 'inherit' },
        reject: false,
      });
      return result.exitCode ?? 1;
    },
    async run(command, commandArgs = [], options = {}) {
      const result = await execa('nsenter', limited(command, commandArgs, options), {
        env: { ...environment, ...options.env },
        extendEnv: false,
        input: options.input ?? '',
        reject: options.allowFailure !== true,
      });
      return { exitCode: result.exitCode, stdout: result.stdout, stderr: result.stderr };
    },
    async start(command, commandArgs = [], options = {}) {
      const child = spawn('nsenter', [...enter, command, ...commandArgs], {
        env: { ...environment, ...options.env },
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      });
      await once(child, 'spawn');
      return createLabProcess(child);
    },
    outsidePath: (insidePath) => `/proc/${pid}/root${insidePath}`,
    async close() {
      holder.stdin.end();
      await exited;
    },
  };
}

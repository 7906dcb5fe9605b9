import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { eventually } from './eventually.ts';

/** A program that runs in a lab machine. */
export interface LabProcess {
  /** Both output streams so far. */
  output(): string;
  hasEnded(): boolean;
  /** Resolves when the output matches. @throws with the output when the program ends first. */
  waitForOutput(pattern: RegExp): Promise<void>;
  /** Signals the program and waits for its end; does nothing if it has ended. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** @param entrance an `nsenter --pid`, which forked the program and waits for it. */
export function createLabProcess(
  entrance: ChildProcessByStdio<null, Readable, Readable>,
): LabProcess {
  let output = '';
  const collect = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  entrance.stdout.on('data', collect);
  entrance.stderr.on('data', collect);
  const exited = once(entrance, 'exit');
  const hasEnded = (): boolean => entrance.exitCode !== null || entrance.signalCode !== null;

  return {
    output: () => output,
    hasEnded,
    async waitForOutput(pattern) {
      await eventually(`output that matches ${pattern}`, () => {
        if (pattern.test(output)) return true;
        if (hasEnded()) throw new Error(`The program ended before it was ready:\n${output}`);
        return false;
      });
    },
    async stop(signal = 'SIGTERM') {
      if (hasEnded()) return;
      // nsenter does not pass signals on: what is meant is its child.
      process.kill(await getOnlyChild(entrance.pid), signal);
      await exited;
    },
  };
}

/** The child of a process that only forked to wait for it. @throws when there is none. */
export async function getOnlyChild(parentPid: number | undefined): Promise<number> {
  const children = await readFile(`/proc/${parentPid}/task/${parentPid}/children`, 'utf8');
  const pid = Number(children.trim());
  if (!(pid > 0)) throw new Error(`Process ${parentPid} has no single child: "${children}"`);
  return pid;
}

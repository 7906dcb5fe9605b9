import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { isWrite } from './end-at-change.ts';

/** What ends what a test made; of `TestContext`, this much is used. */
interface Cleaning {
  after(cleanup: () => Promise<void>): void;
}

/** A folder that is removed after the test; in memory, because a disk's fsync makes tests slow. */
export async function makeFolder(context: Cleaning, parent = '/dev/shm'): Promise<string> {
  const folder = await mkdtemp(join(parent, 'wai-history-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Builds a program into one file, which starts ten times faster than through tsx. */
export async function buildChild(
  context: Cleaning,
  source: URL = new URL('./child.ts', import.meta.url),
): Promise<string> {
  const program = join(await makeFolder(context, tmpdir()), 'child.mjs');
  await build({
    entryPoints: [fileURLToPath(source)],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'warning',
  });
  return program;
}

export interface EndedChild {
  lines: string[];
  signal: NodeJS.Signals | null;
}

/** Runs a command to its end. */
export async function runToEnd(command: string, ...words: string[]): Promise<EndedChild> {
  const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  createInterface(child.stdout).on('line', (line) => lines.push(line));
  const [, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { lines, signal };
}

/** Starts a command that stays, and waits for its first line. */
export async function startUntilFirstLine(
  context: TestContext,
  ...words: string[]
): Promise<{ child: ChildProcess; firstLine: string }> {
  const child = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'inherit'] });
  context.after(() => child.kill('SIGKILL'));
  const [firstLine] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { child, firstLine };
}

/**
 * Runs a scenario to learn its changes to the disk, then again for each of them: ended before it
 * and, if it writes, halfway through it. Each time in what `prepare` returns; then `inspect` looks.
 * @returns the names of the changes.
 */
export async function endAtEveryChange(options: {
  program: string;
  scenario: string;
  prepare: () => Promise<string>;
  inspect: (folder: string, lines: string[]) => Promise<void>;
}): Promise<string[]> {
  const { program, scenario, prepare, inspect } = options;
  async function run(nth: number, moment: string): Promise<EndedChild> {
    const folder = await prepare();
    const words = [program, scenario, folder, String(nth), moment];
    const ended = await runToEnd(process.execPath, ...words);
    await inspect(folder, ended.lines);
    return ended;
  }

  const undisturbed = await run(Number.MAX_SAFE_INTEGER, 'before');
  const changes = JSON.parse((undisturbed.lines.at(-1) ?? '').replace('changes ', '')) as string[];
  for (const [index, name] of changes.entries()) {
    for (const moment of isWrite(name) ? ['before', 'halfway'] : ['before']) {
      const { signal } = await run(index + 1, moment);
      assert.equal(signal, 'SIGKILL');
    }
  }
  return changes;
}

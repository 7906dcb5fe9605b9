import { watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { LogFollower } from '../appliance.ts';
import { type FileTail, openFileTail } from './reading/file-tail.ts';

/** Where inotify tells nothing (its watches are used up, a network file system). */
const lookEveryMs = 1000;
/** A log daemon writes into the renamed file until it is told of the new one. */
const afterRotationMs = 60_000;

/**
 * Calls back with the lines that are added to a log file, through its rotation: a renamed file is
 * read on for a minute beside the new one, a truncated one from its start. A file that does not
 * exist yet is read from its start once it does.
 */
export async function followFile(
  path: string,
  onLines: (lines: string[]) => void,
  noteProblem: (why: string | undefined) => void = () => undefined,
): Promise<LogFollower> {
  const noteError = (error: unknown) => {
    noteProblem(`${path} can’t be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
    return undefined;
  };
  const open = (from: 'start' | 'end') => openFileTail(path, from).catch(noteError);
  let current: FileTail | undefined = await open('end');
  const rotated: { tail: FileTail; untilMs: number }[] = [];
  let isClosed = false as boolean;

  async function drain(tail: FileTail): Promise<void> {
    for await (const lines of tail.readLines()) {
      if (isClosed) return;
      onLines(lines);
    }
  }

  async function look(): Promise<void> {
    for (const { tail } of rotated) await drain(tail);
    if (current) await drain(current);
    const stats = await stat(path).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    });
    if (stats && current?.isSameFile(stats) !== true) {
      const successor = await open('start');
      if (successor && current) {
        rotated.push({ tail: current, untilMs: performance.now() + afterRotationMs });
      }
      current = successor ?? current;
      if (successor) await drain(successor);
    }
    if (!stats || current?.isSameFile(stats) === true) noteProblem(undefined);
    while (rotated[0] && rotated[0].untilMs < performance.now())
      await rotated.shift()?.tail.close();
  }

  let looking: Promise<void> | undefined;
  let lookAgain = false;
  const onChange = () => {
    if (looking) {
      lookAgain = true;
      return;
    }
    looking = look()
      // It will be looked at again in a second.
      .catch(noteError)
      .finally(() => {
        looking = undefined;
        if (lookAgain && !isClosed) onChange();
      });
    lookAgain = false;
  };
  const timer = setInterval(onChange, lookEveryMs).unref();
  const folder = watchFolder(dirname(path), (name) => {
    if (name === null || name === basename(path)) onChange();
  });
  return {
    async close() {
      isClosed = true;
      clearInterval(timer);
      folder?.close();
      await looking;
      await current?.close();
      for (const { tail } of rotated) await tail.close();
    },
  };
}

function watchFolder(folder: string, onEvent: (name: string | null) => void) {
  try {
    const watcher = watch(folder, { persistent: false }, (_event, name) => {
      onEvent(name);
    });
    watcher.on('error', () => {
      watcher.close();
    });
    return watcher;
    // eslint-disable-next-line no-restricted-syntax -- it is polled too
  } catch {
    return undefined;
  }
}

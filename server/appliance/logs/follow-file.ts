import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { watchFolder } from '../../shared/watching/watch-folder.ts';
import type { LogFollower } from '../appliance.ts';
import { type FileTail, openFileTail } from './reading/file-tail.ts';

/** How often it is looked without being told, and while a renamed file may still grow. */
const lookEveryMs = { usually: 5_000, afterRotation: 1_000 };
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
    const found = await stat(path).catch((error: unknown) => error as NodeJS.ErrnoException);
    const stats = found instanceof Error ? undefined : found;
    // Most looks find nothing, and cost one question.
    if (current && !(stats && current.isSameFile(stats) && current.hasRead(stats))) {
      await drain(current);
    }
    if (found instanceof Error && found.code !== 'ENOENT') throw found;
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
      // It is looked at again soon.
      .catch(noteError)
      .finally(() => {
        looking = undefined;
        if (lookAgain && !isClosed) onChange();
      });
    lookAgain = false;
  };
  const stopWatching = watchFolder(
    dirname(path),
    (name) => name === basename(path),
    onChange,
    () => (rotated.length === 0 ? lookEveryMs.usually : lookEveryMs.afterRotation),
  );
  return {
    async close() {
      isClosed = true;
      stopWatching();
      await looking;
      await current?.close();
      for (const { tail } of rotated) await tail.close();
    },
  };
}

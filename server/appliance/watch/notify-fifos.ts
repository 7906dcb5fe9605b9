import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { machinePath } from '../files/machine-path.ts';
import { type BlindSpots, createBlindSpots } from './blind-spots.ts';

export interface FifoWatch {
  /** The FIFOs to watch from now on; what was watched before is no longer, unless it is among them. */
  setPaths: (paths: readonly string[]) => void;
  close(): void;
}

/** How long to wait before what could not be watched is tried again. */
const retryMs = 5_000;

/**
 * Tells when keepalived writes into one of its notify FIFOs. They are watched, not read: a line goes
 * to one reader only, and what we took would be missing to the script for which the FIFO was made.
 * keepalived removes and makes its FIFO again at each reload (measured, 2.2.7), so its folder is
 * watched, too. Nothing is ever opened, made or removed here. What cannot be watched is noted as a
 * blind spot and tried again. A FIFO that is not there is none: its folder tells when it comes.
 */
export function watchNotifyFifos(
  onWrite: () => void,
  blindSpots: BlindSpots = createBlindSpots(),
  watchPath: WatchPath = (path, onEvent) =>
    watch(machinePath(path), { persistent: false }, onEvent),
): FifoWatch {
  const watched = new Map<string, { close(): void }>();
  return {
    setPaths(paths) {
      for (const [path, fifo] of watched) {
        if (paths.includes(path)) continue;
        fifo.close();
        watched.delete(path);
      }
      for (const path of paths) {
        if (!watched.has(path))
          watched.set(path, watchFifo(path, { onWrite, blindSpots, watchPath }));
      }
    },
    close() {
      for (const fifo of watched.values()) fifo.close();
      watched.clear();
    },
  };
}

type WatchPath = (
  path: string,
  onEvent: (event: string, name: string | null) => void,
) => Pick<FSWatcher, 'close' | 'on'>;

interface FifoWatchOptions {
  onWrite: () => void;
  blindSpots: BlindSpots;
  watchPath: WatchPath;
}

function watchFifo(
  path: string,
  { onWrite, blindSpots, watchPath }: FifoWatchOptions,
): { close(): void } {
  const what = `notify FIFO ${path}`;
  const problems = new Map<string, string>();
  let again: NodeJS.Timeout | undefined;
  let isClosed = false;
  let fifo: ReturnType<WatchPath> | undefined;
  let folder: ReturnType<WatchPath> | undefined;

  const noteProblem = (place: string, error: unknown) => {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') problems.delete(place);
    else problems.set(place, describe(place, code));
  };
  const tell = () => {
    const [problem] = problems.values();
    blindSpots.note(
      what,
      problem &&
        `keepalived’s notify FIFO ${path} is not watched: ${problem}. A change of state may appear some seconds late. This program tries again.`,
    );
    const isMissed = problems.size > 0 || !folder;
    if (isMissed && again === undefined) again = setTimeout(retry, retryMs).unref();
  };
  /** Undefined if it cannot be watched, which is noted. */
  const tryToWatch = (
    place: string,
    onEvent: (event: string, name: string | null) => void,
    onLost: () => void,
  ) => {
    try {
      const watcher = watchPath(place, onEvent);
      watcher.on('error', (error) => {
        watcher.close();
        if (isClosed) return;
        onLost();
        noteProblem(place, error);
        tell();
      });
      problems.delete(place);
      return watcher;
    } catch (error) {
      noteProblem(place, error);
      return undefined;
    }
  };

  const followFifo = () => {
    fifo?.close();
    const onEvent = (event: string) => {
      if (event === 'change') onWrite();
    };
    fifo = tryToWatch(path, onEvent, () => {
      fifo = undefined;
    });
    tell();
  };
  const followFolder = () => {
    const onEvent = (event: string, name: string | null) => {
      if (event !== 'rename' || name !== basename(path)) return;
      // What was written between its making and this moment is not known.
      followFifo();
      onWrite();
    };
    folder = tryToWatch(dirname(path), onEvent, () => {
      folder = undefined;
    });
  };
  const retry = () => {
    again = undefined;
    const wasBlind = problems.size > 0;
    if (!folder) followFolder();
    if (!fifo) followFifo();
    else tell();
    // What was written while nobody watched is not known.
    if (wasBlind && problems.size === 0) onWrite();
  };
  followFolder();
  followFifo();
  return {
    close() {
      isClosed = true;
      clearTimeout(again);
      fifo?.close();
      folder?.close();
      blindSpots.note(what, undefined);
    },
  };
}

/** Has no full stop. */
function describe(place: string, code: string): string {
  const isUsedUp = code === 'ENOSPC' || code === 'EMFILE';
  return `${place} can’t be watched (${code})${isUsedUp ? '; see sysctl fs.inotify' : ''}`;
}

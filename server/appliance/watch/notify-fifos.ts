import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

export interface FifoWatch {
  /** The FIFOs to watch from now on; what was watched before is no longer, unless it is among them. */
  setPaths: (paths: readonly string[]) => void;
  close(): void;
}

/**
 * Tells when keepalived writes into one of its notify FIFOs. They are watched, not read: a line goes
 * to one reader only, and what we took would be missing to the script for which the FIFO was made.
 * keepalived removes and makes its FIFO anew at each reload (measured, 2.2.7), so its folder is
 * watched, too. Nothing is ever opened, made or removed here.
 */
export function watchNotifyFifos(onWrite: () => void): FifoWatch {
  const watched = new Map<string, { close(): void }>();
  return {
    setPaths(paths) {
      for (const [path, fifo] of watched) {
        if (paths.includes(path)) continue;
        fifo.close();
        watched.delete(path);
      }
      for (const path of paths) {
        if (!watched.has(path)) watched.set(path, watchFifo(path, onWrite));
      }
    },
    close() {
      for (const fifo of watched.values()) fifo.close();
      watched.clear();
    },
  };
}

function watchFifo(path: string, onWrite: () => void): { close(): void } {
  let fifo: FSWatcher | undefined;
  const follow = () => {
    fifo?.close();
    fifo = tryToWatch(path, (event) => {
      if (event === 'change') onWrite();
    });
  };
  const folder = tryToWatch(dirname(path), (event, name) => {
    if (event !== 'rename' || name !== basename(path)) return;
    // What was written between its making and this moment is not known.
    follow();
    onWrite();
  });
  follow();
  return {
    close() {
      fifo?.close();
      folder?.close();
    },
  };
}

/** Undefined if there is nothing at the path, or no inotify watch is left. */
function tryToWatch(
  path: string,
  onEvent: (event: string, name: string | null) => void,
): FSWatcher | undefined {
  try {
    const watcher = watch(path, { persistent: false }, onEvent);
    watcher.on('error', () => {
      watcher.close();
    });
    return watcher;
  } catch {
    return undefined;
  }
}

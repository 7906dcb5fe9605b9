import { watch } from 'node:fs';

/** How often is looked where inotify gives nothing: its watches are used up, the folder is not there. */
const lookOftenEveryMs = 1_000;

/**
 * Calls back when a file of a folder comes, goes or changes, and now and then without being told: a
 * network file system may tell nothing of what another machine does.
 * @param everyMs how long to wait then; asked each time
 * @returns the function that ends it
 */
export function watchFolder(
  folder: string,
  isRelevant: (name: string) => boolean,
  onChange: () => void,
  everyMs: () => number,
): () => void {
  const watcher = tryToWatch(folder, (name) => {
    if (name === null || isRelevant(name)) onChange();
  });
  let isTold = watcher !== undefined;
  watcher?.on('error', () => {
    isTold = false;
    watcher.close();
  });
  let timer: NodeJS.Timeout | undefined;
  const lookLater = () => {
    const waitMs = isTold ? everyMs() : lookOftenEveryMs;
    timer = setTimeout(() => {
      onChange();
      lookLater();
    }, waitMs).unref();
  };
  lookLater();
  return () => {
    clearTimeout(timer);
    watcher?.close();
  };
}

function tryToWatch(folder: string, onEvent: (name: string | null) => void) {
  try {
    return watch(folder, { persistent: false }, (_event, name) => {
      onEvent(name);
    });
  } catch {
    return undefined;
  }
}

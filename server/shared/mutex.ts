export type Mutex = <Value>(task: () => Promise<Value>) => Promise<Value>;

/** Runs one task at a time, in the order they were asked for. */
export function createMutex(): Mutex {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const result = last.then(task);
    last = result.catch(() => undefined);
    return result;
  };
}

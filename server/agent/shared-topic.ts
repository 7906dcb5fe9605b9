/**
 * One source for all who follow a topic: begun by the first, ended after the last.
 * @param begin begins to tell; returns the function that ends it
 */
export function createSharedTopic(
  begin: (tell: () => void) => () => void,
): (tell: () => void) => () => void {
  const listeners = new Set<{ tell: () => void }>();
  let end: (() => void) | undefined;
  return (tell) => {
    const listener = { tell };
    listeners.add(listener);
    end ??= begin(() => {
      for (const one of listeners) one.tell();
    });
    return () => {
      if (!listeners.delete(listener) || listeners.size > 0) return;
      end?.();
      end = undefined;
    };
  };
}

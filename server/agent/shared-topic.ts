/**
 * One source for all who follow a topic: begun by the first, ended after the last.
 * @param begin begins to tell; returns the function that ends it
 * @param current what whoever joins is told at once; all others are told it too, so that there is one
 *   event at a time, however many follow; undefined: nothing
 */
export function createSharedTopic<Event>(
  begin: (tell: (event: Event) => void) => () => void,
  current?: () => Event,
): (tell: (event: Event) => void) => () => void {
  const listeners = new Set<{ tell: (event: Event) => void }>();
  let end: (() => void) | undefined;
  const tellAll = (event: Event) => {
    for (const one of listeners) one.tell(event);
  };
  return (tell) => {
    const listener = { tell };
    listeners.add(listener);
    end ??= begin(tellAll);
    if (current) tellAll(current());
    return () => {
      if (!listeners.delete(listener) || listeners.size > 0) return;
      end?.();
      end = undefined;
    };
  };
}

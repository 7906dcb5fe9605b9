import { stat } from 'node:fs/promises';
import { useIfUnseen, undefinedIfAbsent } from '../unseen-error.ts';

/**
 * Whether `ip netns add` has made a network namespace of this name, where keepalived looks for it.
 * @returns undefined if it can’t tell
 */
export async function hasNetworkNamespace(name: string): Promise<boolean | undefined> {
  const path = `/run/netns/${name}`;
  return undefinedIfAbsent(path, () => stat(path)).then(
    (found) => found !== undefined,
    useIfUnseen(undefined),
  );
}

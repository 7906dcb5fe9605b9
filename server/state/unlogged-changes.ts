import type { RuntimeInstance } from '../keepalived/proof/evidence.ts';
import type { Evidence } from '../keepalived/status/status.ts';
import type { LastingState, Transition } from '../keepalived/transitions/transitions.ts';

type KnownStates = ReadonlyMap<string, LastingState>;

/**
 * What the end of keepalived's process means for the instances that were not stopped in order.
 * @param lastAtMs when each changed last: one that changed later was restarted since
 */
export function findStoppedInstances(
  states: KnownStates,
  atMs: number,
  lastAtMs: ReadonlyMap<string, number>,
): Transition[] {
  return [...states]
    .filter(([name, state]) => state !== 'STOPPED' && (lastAtMs.get(name) ?? 0) <= atMs)
    .map(([instance, from]) => ({
      ...{ atMs, instance, from, to: 'STOPPED' as const },
      reason: {
        code: 'process-died' as const,
        words: 'keepalived’s process was killed or crashed',
      },
    }));
}

/**
 * Changes that keepalived's account shows, and the log has not told.
 * @param linesSeenAtMs monotonic: an account from before it does not know what the log told
 */
export function findUnloggedChanges(
  { daemon, runtime }: Evidence,
  states: KnownStates,
  linesSeenAtMs: number,
): Transition[] {
  if (daemon?.value.state !== 'running') return [];
  if (!runtime?.value.ok || runtime.atMs < linesSeenAtMs) return [];
  return runtime.value.instances.flatMap((instance) => {
    const change = lastingState(instance);
    const from = states.get(instance.name);
    if (!change || change.to === from) return [];
    return [{ ...change, instance: instance.name, from, reason: undefined }];
  });
}

function lastingState({ state, lastTransitionAtMs: atMs }: RuntimeInstance) {
  const lasts = state === 'MASTER' || state === 'BACKUP' || state === 'FAULT';
  return lasts && atMs !== undefined ? { to: state, atMs } : undefined;
}

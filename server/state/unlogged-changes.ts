import type { RuntimeInstance } from '../keepalived/evidence.ts';
import type { Evidence } from '../keepalived/status.ts';
import type { LastingState, Transition } from '../keepalived/transitions.ts';

export interface UnloggedCase {
  evidence: Evidence;
  /** What is written down already. */
  states: ReadonlyMap<string, LastingState>;
  /** Monotonic, ms: an account from before it does not know what the log told. */
  linesSeenAtMs: number;
  /** Wall clock, ms: when keepalived was first seen not to run. */
  stoppedAtMs: number | undefined;
}

/** Changes that keepalived's account or the end of its process shows, and the log has not told. */
export function findUnloggedChanges(unlogged: UnloggedCase): Transition[] {
  const { evidence, states, linesSeenAtMs, stoppedAtMs } = unlogged;
  const daemon = evidence.daemon?.value;
  if (!daemon) return [];
  if (daemon.state !== 'running') {
    return [...states]
      .filter(([, state]) => state !== 'STOPPED')
      .map(([instance, from]) => ({
        ...{ atMs: stoppedAtMs ?? 0, instance, from, to: 'STOPPED' as const },
        reason: {
          code: 'process-died',
          words: 'keepalived’s process ended without a word, as if it was killed',
        },
      }));
  }
  const { runtime } = evidence;
  if (!runtime?.value.ok || runtime.atMs < linesSeenAtMs) return [];
  return runtime.value.instances.flatMap((instance) => {
    const to = lastingState(instance);
    const from = states.get(instance.name);
    if (to === undefined || to === from) return [];
    return [
      {
        atMs: instance.lastTransitionAtMs ?? 0,
        instance: instance.name,
        from,
        to,
        reason: undefined,
      },
    ];
  });
}

function lastingState({ state, lastTransitionAtMs }: RuntimeInstance): LastingState | undefined {
  if (lastTransitionAtMs === undefined) return undefined;
  return state === 'MASTER' || state === 'BACKUP' || state === 'FAULT' ? state : undefined;
}

import type { SeamLimits } from './limits.ts';

export type OpenKind = 'call' | 'subscribe';

/** How much is open at once, on either side. */
export interface Usage {
  /** @returns what ends it; undefined: too much is open already */
  take(kind: OpenKind, bytes: number): (() => void) | undefined;
}

export function createUsage(limits: Pick<SeamLimits, 'calls' | 'streams' | 'requestBytes'>): Usage {
  const most = { call: limits.calls, subscribe: limits.streams };
  const open = { call: 0, subscribe: 0 };
  let openBytes = 0;
  return {
    take(kind, bytes) {
      // One alone may be as large as a frame.
      const isTooLarge = openBytes > 0 && openBytes + bytes > limits.requestBytes;
      if (open[kind] >= most[kind] || isTooLarge) return undefined;
      open[kind] += 1;
      openBytes += bytes;
      return () => {
        open[kind] -= 1;
        openBytes -= bytes;
      };
    },
  };
}

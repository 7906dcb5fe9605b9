import { setTimeout as sleep } from 'node:timers/promises';
import type { WebChild } from './start-web.ts';

export interface WebSupervisor {
  /** The web answers the network, or has told that it waits for its address. */
  noteListening(): void;
  /** Resolves once it does for the first time. */
  untilListening: Promise<void>;
  /** Has it end in order, and not start again. */
  stop(): Promise<void>;
}

const firstPauseMs = 500;
const longestPauseMs = 30_000;

/**
 * Keeps a web running: one that ended is started again, after a pause that grows while none gets as
 * far as to answer the network. The agent goes on without it.
 * @param first is running already
 * @param accept has the agent answer it
 * @param onFailure told of the exit status if the first one ends before it ever answered
 * @param onEnd told of each later end
 */
export function superviseWeb({
  first,
  start,
  accept,
  onFailure,
  onEnd,
}: {
  first: WebChild;
  start: () => Promise<WebChild>;
  accept: (web: WebChild) => void;
  onFailure: (status: number) => void;
  onEnd: (status: number | undefined) => void;
}): WebSupervisor {
  let tellListening = (): void => undefined;
  const untilListening = new Promise<void>((resolve) => (tellListening = resolve));
  let current = first;
  let hasListened = false;
  let pauseMs = firstPauseMs;
  let hasStopped = false;
  const isStopping = () => hasStopped;

  const keep = async () => {
    for (;;) {
      accept(current);
      const status = await current.ended;
      if (isStopping()) return;
      if (!hasListened) {
        // One that ends well has not answered either.
        onFailure(status === undefined || status === 0 ? 1 : status);
        return;
      }
      onEnd(status);
      await sleep(pauseMs, undefined, { ref: false });
      pauseMs = Math.min(2 * pauseMs, longestPauseMs);
      if (isStopping()) return;
      current = await start();
    }
  };
  void keep();

  return {
    noteListening() {
      hasListened = true;
      pauseMs = firstPauseMs;
      tellListening();
    },
    untilListening,
    async stop() {
      hasStopped = true;
      await current.stop();
    },
  };
}

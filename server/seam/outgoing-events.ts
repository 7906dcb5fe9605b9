import type { Overflow } from './calls.ts';
import { eventsUnderWay } from './limits.ts';
import type { SeamLimits } from './limits.ts';
import type { PreparedEvent } from './wire/encode.ts';
import { MalformedFrameError } from './wire/frame.ts';

export interface OutgoingEvents {
  /** The promise is settled when the event is on its way; only for `every` it is worth waiting for. */
  emit(event: PreparedEvent): Promise<void>;
  /** The other side has dealt with one event. */
  taken(): void;
  /** Sends what waits, as far as there is room. */
  flush(): void;
  /** No more events come: calls back when those that wait are on their way. */
  finish(onFinished: () => void): void;
  /** Drops what waits, and everything later. */
  drop(): void;
}

interface Waiting {
  event: PreparedEvent;
  onSent: () => void;
}

/**
 * The events of one stream, on their way to somebody who may be slow. `calls.ts` says what happens
 * to those that have to wait.
 */
export function createOutgoingEvents({
  overflow,
  limits,
  hasRoom,
  send,
}: {
  overflow: Overflow;
  limits: Pick<SeamLimits, 'waitingEvents' | 'waitingEventBytes'>;
  hasRoom: () => boolean;
  send: (event: PreparedEvent) => void;
}): OutgoingEvents {
  let waiting: Waiting[] = [];
  let waitingBytes = 0;
  let underWay = 0;
  let isDropped = false;
  let whenFinished: (() => void) | undefined;

  const loseOldest = () => {
    const oldest = waiting.shift();
    waitingBytes -= oldest?.event.bytes ?? 0;
    oldest?.onSent();
  };
  const isOverfull = () =>
    waiting.length > limits.waitingEvents || waitingBytes > limits.waitingEventBytes;

  const makeRoom = () => {
    switch (overflow) {
      case 'latest':
        while (waiting.length > 1) loseOldest();
        return;
      case 'every':
        if (waiting.length > 1 && isOverfull()) {
          throw new Error(
            'Events are emitted without waiting until those before are on their way.',
          );
        }
    }
  };

  const flush = () => {
    while (waiting.length > 0 && underWay < eventsUnderWay[overflow] && hasRoom()) {
      const next = waiting.shift();
      if (!next) return;
      waitingBytes -= next.event.bytes;
      underWay += 1;
      send(next.event);
      next.onSent();
    }
    if (waiting.length === 0) whenFinished?.();
  };

  return {
    emit(event) {
      if (isDropped || whenFinished) return Promise.resolve();
      return new Promise((resolve) => {
        waiting.push({ event, onSent: resolve });
        waitingBytes += event.bytes;
        flush();
        makeRoom();
      });
    },
    taken() {
      if (underWay === 0) throw new MalformedFrameError('an event that was not sent was taken');
      underWay -= 1;
      flush();
    },
    flush,
    finish(onFinished) {
      whenFinished = () => {
        whenFinished = undefined;
        onFinished();
      };
      flush();
    },
    drop() {
      isDropped = true;
      for (const { onSent } of waiting) onSent();
      waiting = [];
      waitingBytes = 0;
      whenFinished?.();
    },
  };
}

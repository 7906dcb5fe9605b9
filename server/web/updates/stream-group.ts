import type { FastifyReply } from 'fastify';
import type { EventStream } from '../plugins/event-streams.ts';

export interface StreamGroup {
  /** To all that are open. */
  send(text: string): void;
  /** Opens one more, that is sent `greet()` first and then all that follows. */
  open(reply: FastifyReply, greet: () => string): EventStream;
}

/**
 * Event streams that are told the same.
 * @param begin called when there is a first one; what it returns, when the last one is gone
 */
export function createStreamGroup(begin: () => () => void): StreamGroup {
  const streams = new Set<EventStream>();
  let end: (() => void) | undefined;
  return {
    send(text) {
      for (const stream of streams) stream.send(text);
    },
    open(reply, greet) {
      const stream = reply.sendEvents();
      end ??= begin();
      stream.send(greet());
      streams.add(stream);
      stream.onClose(() => {
        streams.delete(stream);
        if (streams.size > 0) return;
        end?.();
        end = undefined;
      });
      return stream;
    },
  };
}

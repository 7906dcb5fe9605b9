import type { FastifyReply } from 'fastify';
import { writeEvent } from './stream-events.ts';
import type { EventWriter, FragmentEvents } from './stream-events.ts';
import { createStreamGroup } from './stream-group.ts';

/** However fast the news come, a part is rendered only so often. */
const leastBetweenMs = 500;
/** Progress and ages go on without news. */
const everyMs = 1_000;

export interface FragmentFeed {
  /** Answers with the part as it is now, and again whenever it may be another. */
  open(reply: FastifyReply): void;
}

/**
 * A stream of one part of a page, for whatever has news that are not numbered. It is rendered once
 * for all who look on, and not at all for nobody.
 * @param watch tells of news for as long as somebody looks on
 */
export function createFragmentFeed(
  watch: (listener: () => void) => () => void,
  render: () => string,
): FragmentFeed {
  let newest = '';

  const write: EventWriter<FragmentEvents> = writeEvent;
  const send = () => {
    const html = render();
    const text = html === newest ? write('heartbeat', {}) : write('page', html);
    newest = html;
    group.send(text);
  };
  const group = createStreamGroup(() => {
    let soon: NodeJS.Timeout | undefined;
    const stopWatching = watch(() => {
      soon ??= setTimeout(() => {
        soon = undefined;
        send();
      }, leastBetweenMs);
    });
    const ticks = setInterval(send, everyMs);
    return () => {
      stopWatching();
      clearTimeout(soon);
      clearInterval(ticks);
    };
  });

  return {
    open(reply) {
      group.open(reply, () => write('page', render()));
    },
  };
}

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AgentCalls } from '../agent/agent-calls.ts';
import { writeEvent } from './stream-events.ts';
import type { EventWriter, FragmentEvents } from './stream-events.ts';
import { createStreamGroup } from './stream-group.ts';

/** However fast the news come, a part is rendered only so often. */
const leastBetweenMs = 500;
/** Progress and ages go on without news. */
const everyMs = 1_000;

export interface FragmentFeed {
  /** Answers with the part as it is now, and again whenever it may be another. */
  open(request: FastifyRequest, reply: FastifyReply): void;
}

/**
 * A stream of one part of a page, for whatever has news that are not numbered. It is rendered once
 * for all who look on, in the name of the first of them, and not at all for nobody. All of them must
 * have one role.
 * @param watch tells of news for as long as somebody looks on
 */
export function createFragmentFeed(
  watch: (listener: () => void) => () => void,
  render: (agent: AgentCalls) => Promise<string>,
): FragmentFeed {
  let newest = '';

  const write: EventWriter<FragmentEvents> = writeEvent;
  /** Those of all who look on; the first one's may have ended a moment ago. */
  const readers = new Set<AgentCalls>();
  let isRendering = false;
  const renderForReaders = async () => {
    for (const agent of readers) {
      try {
        return await render(agent);
      } catch {
        // The next one asks; if nobody is answered, the page is left as it is.
      }
    }
    return newest;
  };
  const send = async () => {
    if (isRendering) return;
    isRendering = true;
    const html = await renderForReaders();
    isRendering = false;
    const text = html === newest ? write('heartbeat', {}) : write('page', html);
    newest = html;
    group.send(text);
  };
  const group = createStreamGroup(() => {
    let soon: NodeJS.Timeout | undefined;
    const stopWatching = watch(() => {
      soon ??= setTimeout(() => {
        soon = undefined;
        void send();
      }, leastBetweenMs);
    });
    const ticks = setInterval(() => void send(), everyMs);
    return () => {
      stopWatching();
      clearTimeout(soon);
      clearInterval(ticks);
    };
  });

  return {
    open({ agent }, reply) {
      const stream = group.open(reply, () => write('heartbeat', {}));
      readers.add(agent);
      stream.onClose(() => readers.delete(agent));
      void render(agent).then(
        (html) => {
          stream.send(write('page', html));
        },
        () => undefined,
      );
    },
  };
}

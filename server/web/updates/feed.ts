import type { FastifyReply } from 'fastify';
import type { StatusUpdates, News, StatusEvent } from './status-updates.ts';
import { writeEvent } from './stream-events.ts';
import type { EventWriter, StatusPageEvents } from './stream-events.ts';
import { createStreamGroup } from './stream-group.ts';

export interface Feed {
  /**
   * Answers with the status as of now and every change from now on.
   * @param lastEventId the changes after it come first, if they are still known
   */
  open(reply: FastifyReply, lastEventId?: number): void;
}

/**
 * One kind of event stream. A change is encoded once, however many listen, and a feed that nobody
 * listens to encodes nothing.
 * @param eventName the event that carries what `encode` makes of a change; beside it there is
 *   `heartbeat`, every few seconds, with the age of the evidence
 */
export function createFeed(
  updates: StatusUpdates,
  eventName: string,
  encode: (event: StatusEvent) => unknown,
): Feed {
  const write = (event: StatusEvent) => `id: ${event.id}\n${writeEvent(eventName, encode(event))}`;
  const onNews = (news: News) => {
    const text = news.kind === 'changed' ? write(news.event) : writeHeartbeat(news.snapshot);
    group.send(text);
  };
  const group = createStreamGroup(() => updates.subscribe(onNews));

  return {
    open(reply, lastEventId) {
      group.open(reply, () => {
        const now = updates.current();
        const missed =
          lastEventId === undefined ? undefined : updates.findChangesSince(lastEventId);
        return [...(missed ?? [now]).map(write), writeHeartbeat(now.snapshot)].join('');
      });
    },
  };
}

const writeOwnEvent: EventWriter<StatusPageEvents> = writeEvent;

function writeHeartbeat({ status, wallMs }: StatusEvent['snapshot']): string {
  const { evidenceAgeMs } = status;
  return writeOwnEvent('heartbeat', {
    at: new Date(wallMs).toISOString(),
    evidenceAgeMs: evidenceAgeMs === undefined ? null : Math.round(evidenceAgeMs),
    ...findMasterAges(status),
  });
}

/** By instance: how long ago the master of a standby was last heard, for the page that shows it. */
function findMasterAges({ instances }: StatusEvent['snapshot']['status']) {
  const ages = instances.flatMap(({ name, servingMaster }) => {
    const ageMs = servingMaster?.silentForMs ?? servingMaster?.heardWithinMs;
    return ageMs === undefined ? [] : [[name, Math.round(ageMs)] as const];
  });
  return ages.length === 0 ? {} : { masterAgesMs: Object.fromEntries(ages) };
}

import type { LogFilter } from '../../../appliance/appliance.ts';
import type { AgentCalls } from '../../agent/agent-calls.ts';
import type { EventStream } from '../../plugins/event-streams.ts';
import { writeEvent } from '../../updates/stream-events.ts';
import type { EventWriter } from '../../updates/stream-events.ts';
import { describeDay } from '../../view/time-words.ts';
import type { LogEvents } from './log-events.ts';
import { describeLine } from './log-row.ts';

/** Sooner than the browser takes silence for a lost connection. */
const heartbeatEveryMs = 5_000;

const writeLogEvent: EventWriter<LogEvents> = writeEvent;

type LogCalls = Pick<AgentCalls, 'readNewerLog'>;

export interface FollowedLines {
  /** Sends the lines behind `after`, those that there are and those that come. */
  follow(stream: EventStream, agent: LogCalls, after: string, filter: LogFilter): void;
}

/**
 * New lines of the log for event streams. That something was logged is only the sign to read on
 * from where each stream is: so nothing is lost or told twice, whatever happens to the files.
 */
export function createFollowedLines(followLog: (onLines: () => void) => () => void): FollowedLines {
  const listeners = new Set<() => void>();
  let stopFollowing: (() => void) | undefined;

  const tell = () => {
    for (const listener of listeners) listener();
  };
  const leave = (listener: () => void) => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    stopFollowing?.();
    stopFollowing = undefined;
  };

  return {
    follow(stream, agent, after, filter) {
      const read = createReader(agent, stream, after, filter);
      listeners.add(read);
      stopFollowing ??= followLog(tell);
      read();
      const heartbeat = setInterval(() => {
        stream.send(writeLogEvent('heartbeat', { day: describeDay(Date.now()) }));
        read();
      }, heartbeatEveryMs);
      stream.onClose(() => {
        clearInterval(heartbeat);
        leave(read);
      });
    },
  };
}

/** Reads on and sends, once more if it was asked for in between. */
function createReader(
  agent: LogCalls,
  stream: EventStream,
  after: string,
  filter: LogFilter,
): () => void {
  let place = after;
  let isReading = false;
  let isAskedAgain = false;
  let problem = '';

  async function readOn(): Promise<void> {
    do {
      isAskedAgain = false;
      const news = await agent.readNewerLog({ after: place, ...filter });
      const message = news.ok ? '' : news.message;
      if (message !== problem) stream.send(writeLogEvent('problem', { message }));
      problem = message;
      if (!news.ok) return;
      place = news.newest;
      isAskedAgain ||= news.hasMore;
      if (news.isGap || news.lines.length > 0) {
        const { isGap, lines } = news;
        const rows = lines.map((line) => describeLine(line, Date.now()));
        stream.send(writeLogEvent('lines', { isGap, after: place, rows }));
      }
    } while (isAskedAgain);
  }

  return () => {
    isAskedAgain = true;
    if (isReading) return;
    isReading = true;
    void readOn()
      // The next heartbeat tries again.
      .catch(() => undefined)
      .finally(() => {
        isReading = false;
      });
  };
}

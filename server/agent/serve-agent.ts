import { untilAborted } from '../seam/handlers.ts';
import type { Handlers } from '../seam/handlers.ts';
import type { SeamProblem } from '../seam/problems.ts';
import { createSeamServer } from '../seam/seam-server.ts';
import type { ListenPlace, SeamServer } from '../seam/seam-server.ts';
import { SharedEvent } from '../seam/shared-event.ts';
import { version } from '../shared/version.ts';
import type { Agent, CallMessage } from './agent.ts';
import { callNames } from './call-rules.ts';
import { seamTable } from './seam-table.ts';
import type { SeamTable } from './seam-table.ts';
import { topicNames } from './topics.ts';

/**
 * One web, and for a moment the one that takes its place; each follows a topic a few times at most, and
 * passes on the connections of other servers.
 */
const limits = { connections: 4, streams: 64 };

/**
 * Has the web ask the agent.
 * @param at the socket that it listens on; undefined: only who is given to `accept` is answered
 */
export function serveAgent(
  agent: Agent,
  at: ListenPlace | undefined,
  onProblem: (problem: SeamProblem) => void,
): Promise<SeamServer> {
  const calls = callNames.map((name) => [
    name,
    (message: CallMessage) => agent.call(name, message),
  ]);
  /** An event of the agent as one for all who follow: by the object, which is told to each. */
  const shared = new WeakMap<object, SharedEvent<object>>();
  const share = (event: object): SharedEvent<object> => {
    const known = shared.get(event) ?? new SharedEvent(event);
    shared.set(event, known);
    return known;
  };
  const topics = topicNames.map((name) => [
    name,
    async (
      _request: unknown,
      emit: (event: SharedEvent<object>) => void,
      { signal }: { signal: AbortSignal },
    ) => {
      const stop = agent.follow(name, (event) => {
        emit(share(event));
      });
      try {
        await untilAborted(signal);
      } finally {
        stop();
      }
    },
  ]);
  const link: Handlers<SeamTable>['link'] = ({ address }, emit, { signal }) =>
    agent.openLink(address, emit, signal);
  // Each entry of the table has its handler: both lists are made from the tables.
  const handlers = Object.fromEntries([...calls, ...topics, ['link', link]]) as Handlers<SeamTable>;
  return createSeamServer({ at, table: seamTable, version, handlers, onProblem, limits });
}

import { seamTable } from '../../agent/seam-table.ts';
import type { TopicEvents, AgentTopicName } from '../../agent/topics.ts';
import { createSeamClient } from '../../seam/seam-client.ts';
import type { AgentPlace, SeamState } from '../../seam/seam-client.ts';
import { version } from '../../shared/version.ts';
import type { AgentPort } from './agent-port.ts';

export interface SeamPort extends AgentPort {
  close(): void;
}

const pairSilenceMs = 24 * 60 * 60_000;

interface Following {
  topic: AgentTopicName;
  tell: (event: never) => void;
  ended: AbortController;
}

/** The agent at the other end of a socket. */
export function createSeamPort(at: AgentPlace): SeamPort {
  const listeners = new Set<() => void>();
  const followings = new Set<Following>();

  const begin = ({ topic, tell, ended }: Following) => {
    // What is told of a topic, its row of the table says. An end is told by the state.
    client
      .subscribe(
        topic,
        {},
        (event) => {
          (tell as (event: unknown) => void)(event);
        },
        {
          signal: ended.signal,
        },
      )
      .catch(() => undefined);
  };
  const client = createSeamClient({
    ...{ at, table: seamTable, version },
    // The agent at the other end of a pair is there as long as the pair is, however long it recovers.
    ...('socket' in at && { silenceMs: pairSilenceMs }),
    onState(state) {
      if (state === 'connected') for (const following of followings) begin(following);
      for (const listener of listeners) listener();
    },
  });

  return {
    call: (name, message) => client.call(name, message),
    follow<Topic extends AgentTopicName>(topic: Topic, tell: (event: TopicEvents[Topic]) => void) {
      const following = { topic, tell, ended: new AbortController() };
      followings.add(following);
      if (client.state() === 'connected') begin(following);
      return () => {
        followings.delete(following);
        following.ended.abort();
      };
    },
    openLink: (address) => ({
      follow: (onEvent, signal) => client.subscribe('link', { address }, onEvent, { signal }),
      async pass(pipe, bytes) {
        const request = { pipe, bytes: Buffer.from(bytes).toString('base64') };
        await client.call('passToLink', { address: 'none', request });
      },
    }),
    findProblem: () => describe(client.state()),
    onTurn: (listener) => void listeners.add(listener),
    close: () => {
      client.close();
    },
  };
}

/** As the end of a sentence: why nothing is known. */
function describe(state: SeamState): string | undefined {
  if (state === 'connected') return undefined;
  return state === 'away'
    ? 'the agent of this page is not running; keepalived goes on without it. On the server, run “systemctl status keepalived-wai-agent”'
    : `this page has version ${version} and its agent ${state.agentVersion}: an upgrade is under way, or one of the two was not restarted. On the server, run “systemctl restart keepalived-wai-agent keepalived-wai”`;
}

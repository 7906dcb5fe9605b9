import type { CallMessage } from '../../agent/agent.ts';
import type { AgentCallName } from '../../agent/call-rules.ts';
import type { TopicEvents, AgentTopicName } from '../../agent/topics.ts';
import type { LinkCarrier } from '../links/carry-link.ts';

/** The agent as the web reaches it: over a socket, or in a test directly. */
export interface AgentPort {
  /**
   * @throws {UserError} what the agent refuses; `agent-away` (503): it does not answer
   */
  call(name: AgentCallName, message: CallMessage): Promise<unknown>;
  /** Tells of a topic, also after the agent was away. Returns the function that ends it. */
  follow<Topic extends AgentTopicName>(
    topic: Topic,
    tell: (event: TopicEvents[Topic]) => void,
  ): () => void;
  /** The agent's end of a connection that another server has opened. */
  openLink(address: string): LinkCarrier;
  /** Why the agent does not answer, as a sentence; undefined: it does. */
  findProblem(): string | undefined;
  /** Calls back when the agent comes or goes. */
  onTurn: (listener: () => void) => void;
}

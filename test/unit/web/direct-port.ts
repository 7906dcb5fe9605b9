import type { Agent } from '../../../server/agent/agent.ts';
import type { AgentPort } from '../../../server/web/agent/agent-port.ts';

/**
 * An agent without a socket. What is told over it is what JSON carries of it, bytes apart: nothing
 * that a socket would lose reaches a page in a test.
 */
export function createDirectPort(agent: Agent): AgentPort {
  return {
    async call(name, message) {
      return carry(await agent.call(name, carry(message)));
    },
    follow: (topic, tell) =>
      agent.follow(topic, (event) => {
        tell(carry(event));
      }),
    openLink: (address) => ({
      follow: (onEvent, signal) => agent.openLink(address, onEvent, signal),
      async pass(pipe, bytes) {
        const request = { pipe, bytes: Buffer.from(bytes).toString('base64') };
        await agent.call('passToLink', { address: 'none', request });
      },
    }),
    findProblem: () => undefined,
    onTurn: () => undefined,
  };
}

function carry<Value>(value: Value): Value {
  if (value === undefined || value instanceof Uint8Array) return value;
  return JSON.parse(JSON.stringify(value)) as Value;
}

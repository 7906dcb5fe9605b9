import type { CallResult } from '../../agent/agent.ts';
import { callNames, callRules } from '../../agent/call-rules.ts';
import type { AgentCallName, CallRequest, CallRule } from '../../agent/call-rules.ts';
import type { Claim } from '../../agent/caller.ts';
import type { AgentPort } from './agent-port.ts';

/** What can be asked of the agent, each with the types of its row in the table. */
export type AgentCalls = {
  [Name in AgentCallName]: (request: CallRequest<Name>) => Promise<CallResult<Name>>;
};

/**
 * Makes the calls of one caller.
 * @param afterChange awaited after each call that may have changed something, before it answers
 */
export function createAgentCalls(
  port: Pick<AgentPort, 'call'>,
  afterChange: () => Promise<void>,
): (claim: Claim) => AgentCalls {
  const call = async (claim: Claim, name: AgentCallName, request: unknown): Promise<unknown> => {
    const { ticket, address } = claim;
    const rule: CallRule = callRules[name];
    try {
      return await port.call(name, { ...(ticket !== undefined && { ticket }), address, request });
    } finally {
      if (rule.isChange) await afterChange();
    }
  };
  /** Shared by all callers: a request costs one object, not one function for each call. */
  const prototype = Object.fromEntries(
    callNames.map((name) => [
      name,
      function (this: { claim: Claim }, request: unknown) {
        return call(this.claim, name, request);
      },
    ]),
  );
  return (claim) => Object.assign(Object.create(prototype) as AgentCalls, { claim });
}

import { z } from 'zod';
import { defineCall, defineTopic } from '../seam/calls.ts';
import type { Call, Topic } from '../seam/calls.ts';
import { callNames, callRules } from './call-rules.ts';
import type { AgentCallName, CallRule } from './call-rules.ts';
import type { PipeEvent } from './links/link-pipes.ts';
import { topicNames } from './topics.ts';
import type { AgentTopicName } from './topics.ts';

/** Bytes, as they are, in the answer to these. */
const tails: Partial<Record<AgentCallName, readonly string[]>> = { findCapture: [] };

/**
 * The agent's table as the seam carries it. What the agent answers is taken as it is: it alone makes
 * it, and both are of one version, which the seam sees to.
 */
export type SeamTable = Record<AgentCallName, Call> &
  Record<AgentTopicName, Topic> & { link: typeof linkTopic };

// An IP address, perhaps with its zone, or a word.
const address = z.string().regex(/^[\w.:%-]{1,100}$/);

const calls = callNames.map((name) => {
  const rule: CallRule = callRules[name];
  const tail = tails[name];
  const call = defineCall({
    request: z.strictObject({
      ticket: z.string().max(100).optional(),
      address,
      // Parsed by the agent, once it knows that the caller may.
      request: z.unknown(),
    }),
    result: z.unknown(),
    meta: rule.access,
    ...(tail && { tail }),
  });
  return [name, call] as const;
});

const topics = topicNames.map((name) => {
  const topic = defineTopic({
    ...{ request: z.strictObject({}), event: z.unknown() },
    ...{ overflow: 'latest', meta: 'public' },
  });
  return [name, topic] as const;
});

/** A connection of another server, until it ends: nothing of it may be lost. */
const linkTopic = {
  ...defineTopic({
    ...{ request: z.strictObject({ address }), event: z.custom<PipeEvent>() },
    ...{ overflow: 'every', tail: ['bytes'], meta: 'public' },
  }),
  overflow: 'every' as const,
};

/** Each row has its entry: both lists are made from the tables. */
export const seamTable = Object.fromEntries([
  ...calls,
  ...topics,
  ['link', linkTopic],
]) as SeamTable;

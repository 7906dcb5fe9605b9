/** The messages: what the head of a frame may say, by who says it. */
import { z } from 'zod';
import { MalformedFrameError } from './frame.ts';
import type { Frame } from './frame.ts';

/** Rises with each change of the frames or of the messages. */
export const protocolVersion = 2;

/** Chosen by the web, each larger than the one before: an id that comes twice is seen at once. */
const id = z.int().min(1);
const hello = z.strictObject({
  kind: z.literal('hello'),
  /** The version of the program: the table of calls belongs to it. */
  program: z.string().min(1).max(100),
  protocol: z.int().min(0),
});
const name = z.string().max(100);
const hasTail = z.literal(true).optional();

const webMessage = z.discriminatedUnion('kind', [
  hello,
  z.strictObject({ kind: z.literal('call'), id, name, request: z.unknown().optional() }),
  z.strictObject({ kind: z.literal('subscribe'), id, name, request: z.unknown().optional() }),
  /** The answer of that id is not needed any more; it comes all the same, and is thrown away. */
  z.strictObject({ kind: z.literal('cancel'), id }),
  /** One event of that stream was dealt with: one more may come. */
  z.strictObject({ kind: z.literal('taken'), id }),
  z.strictObject({ kind: z.literal('ping') }),
]);

/** An error that a user may see (`UserError`). */
const wireError = z.strictObject({
  code: z.string(),
  statusCode: z.int().min(400).max(599),
  message: z.string(),
});

const agentMessage = z.discriminatedUnion('kind', [
  hello,
  z.strictObject({ kind: z.literal('result'), id, result: z.unknown().optional(), hasTail }),
  z.strictObject({ kind: z.literal('error'), id, error: wireError }),
  z.strictObject({
    kind: z.literal('event'),
    id,
    event: z.unknown().optional(),
    hasTail,
  }),
  /** The stream is over, without an error. */
  z.strictObject({ kind: z.literal('end'), id }),
  z.strictObject({ kind: z.literal('pong') }),
]);

export type WebMessage = z.infer<typeof webMessage>;
export type AgentMessage = z.infer<typeof agentMessage>;
export type WireError = z.infer<typeof wireError>;

/** Throws a `MalformedFrameError`. A request has no bytes. */
export function parseWebMessage({ head, tail }: Frame): WebMessage {
  const parsed = webMessage.safeParse(head);
  if (!parsed.success || tail.length > 0) throw new MalformedFrameError(`not a message of the web`);
  return parsed.data;
}

/** Throws a `MalformedFrameError`. */
export function parseAgentMessage({ head, tail }: Frame): AgentMessage {
  const parsed = agentMessage.safeParse(head);
  const isMessage = parsed.success && (tail.length === 0 || 'hasTail' in parsed.data);
  if (!isMessage) throw new MalformedFrameError('not a message of the agent');
  return parsed.data;
}

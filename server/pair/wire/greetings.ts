/** The first words on a link, inside of its TLS: one frame each way, before anything else. */
import { z } from 'zod';
import { grantSchema } from '../identity/pinned-servers.ts';
import { pageUrlsSchema, programVersionSchema, serverNameSchema } from '../words-of-others.ts';

/** What both sides speak. Another word when they would misunderstand each other. */
export const pairProtocol = 'pair-1';

// Not strict: a newer program may say more.
const spoken = { protocol: z.literal(pairProtocol), version: programVersionSchema };
const proof = z.string().regex(/^[0-9a-f]{64}$/);

const introductionShape = {
  id: z.uuid(),
  name: serverNameSchema,
  urls: pageUrlsSchema,
  grant: grantSchema,
};

const presence = {
  id: z.uuid(),
  /** Of this run of the program. */
  run: z.uuid(),
  name: serverNameSchema,
  urls: pageUrlsSchema,
};

export const greetingSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('pair'), ...spoken, ...introductionShape, proof }),
  /** Who dials wants to ask, or to be asked. */
  z.object({ kind: z.literal('link'), ...spoken, ...presence, wants: z.enum(['ask', 'answer']) }),
]);
export type Greeting = z.infer<typeof greetingSchema>;

export const replySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('paired'), ...spoken, ...introductionShape, proof }),
  z.object({ kind: z.literal('welcome'), ...spoken, ...presence }),
  z.object({
    kind: z.literal('refused'),
    /** Also of another protocol: this much all of them say. */
    protocol: z.string().max(64),
    version: programVersionSchema,
    /** One of `refusals`, or what a newer program says. */
    reason: z.string().max(64),
    triesLeft: z.int().min(0).max(100).optional(),
  }),
]);
export type Reply = z.infer<typeof replySchema>;

/** Of any protocol. */
export const anyGreetingSchema = z.object({
  protocol: z.string().max(64),
  version: programVersionSchema,
});

export type RefusalReason =
  | 'protocol'
  | 'not-paired'
  | 'no-code'
  | 'wrong-code'
  | 'same-server'
  | 'too-many-servers'
  | 'not-stored'
  /** There is such a connection already, and it is a good one. */
  | 'has-one';

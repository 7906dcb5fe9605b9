/** What one server may ask of another, one row each: with what, and with which grant. */
import { z } from 'zod';
import { defineCall, defineTopic } from '../seam/calls.ts';
import type { CallTable } from '../seam/calls.ts';
import type { Handlers } from '../seam/handlers.ts';
import { UserError } from '../shared/errors.ts';
import { fingerprintSchema } from './identity/own-key.ts';
import { grantSchema } from './identity/pinned-servers.ts';
import type { PairGrant } from './link-protocol.ts';
import { cleanAllWords } from './words-of-others.ts';

export interface PairRule {
  /** The least grant with which it is answered. */
  needs: PairGrant;
}

const see: PairRule = { needs: 'see' };
const change: PairRule = { needs: 'see-and-change' };
const nothing = z.strictObject({});

export type PairTable<Report> = ReturnType<typeof createPairTable<Report>>;

export function createPairTable<Report>(reportSchema: z.ZodType<Report>) {
  const report = z.preprocess(cleanAllWords, reportSchema) as z.ZodType<Report>;
  /** Counts up with each report on this connection. */
  const number = z.int().min(1);
  return {
    /** The report at first, and when it has news. */
    report: defineTopic({
      request: nothing,
      event: z.object({ number, report }),
      ...{ overflow: 'latest', meta: see },
    }),
    /** The report as of now, and how this server stands there. */
    beat: defineCall({
      request: nothing,
      result: z.object({ number, report, grant: grantSchema, wallMs: z.number() }),
      meta: see,
    }),
    /** The asker's key is going to be another one. */
    renewKey: defineCall({
      request: z.strictObject({ next: fingerprintSchema, signature: z.base64().max(400) }),
      result: z.object({}),
      meta: see,
    }),
    /** The asker has ended the pairing. */
    endPairing: defineCall({ request: nothing, result: z.object({}), meta: see }),
    /** Whether a change would be taken at all: what each change begins with. */
    mayChange: defineCall({
      request: nothing,
      result: z.object({}),
      meta: change,
    }),
  } satisfies CallTable;
}

/**
 * Handlers that first look whether this server may ask for that.
 * @param table its meta is a `PairRule`
 * @param hasRoom whether one more question may come now
 * @throws {UserError} from each handler: `pair-not-granted`, `pair-too-many`
 */
export function guardHandlers<Table extends CallTable>(
  table: Table,
  handlers: Handlers<Table>,
  { findGrant, hasRoom }: { findGrant: () => PairGrant | undefined; hasRoom: () => boolean },
): Handlers<Table> {
  const admit = (name: string) => {
    const { needs } = table[name]?.meta as PairRule;
    const grant = findGrant();
    if (grant === undefined || (needs === 'see-and-change' && grant !== needs)) {
      throw new UserError(
        'pair-not-granted',
        'The other server does not let this one change anything. Change what it may do on the other server’s page, under Pair.',
        { statusCode: 403 },
      );
    }
    if (hasRoom()) return;
    throw new UserError('pair-too-many', 'This server has asked too much in a short time.', {
      statusCode: 429,
    });
  };
  type AnyHandler = (...asked: unknown[]) => Promise<unknown>;
  const guarded = Object.entries(handlers as unknown as Record<string, AnyHandler>).map(
    ([name, handle]): [string, AnyHandler] => [
      name,
      // Not a throw: a handler answers with a promise.
      async (...asked) => {
        admit(name);
        return handle(...asked);
      },
    ],
  );
  // Each with its own name, request and result, as before.
  return Object.fromEntries(guarded) as unknown as Handlers<Table>;
}

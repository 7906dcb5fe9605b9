/** Who this server is for the others: an id and a key, in `pair/identity.json` (0600). */
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { z } from 'zod';
import { findFileText, writeDurably } from '../../shared/durable-file.ts';
import { UserError } from '../../shared/errors.ts';
import { parseJson } from '../../shared/parse-json.ts';
import { findFormat, refuseNewerFormat, withFormat } from '../../shared/state-format.ts';
import { makeOwnKey, ownKeySchema, readFingerprint } from './own-key.ts';
import type { OwnKey } from './own-key.ts';

const identitySchema = z.object({
  id: z.uuid(),
  /** A digest of the machine's id when it was made; undefined: it could not be read. */
  machineId: z.string().max(200).optional(),
  key: ownKeySchema,
  /** A key that is announced, and takes the place of `key` once all the others know it. */
  next: ownKeySchema.optional(),
  /** This folder was copied from another machine, and nothing was paired since. */
  isFromCopy: z.boolean().optional(),
});
export type Identity = z.infer<typeof identitySchema>;

export interface OpenedIdentity {
  identity: Identity;
  /** What is stored belongs to another machine: who is paired with that one is not paired with this. */
  wasCopied: boolean;
}

/**
 * The stored identity, or a new one: where there is none, and where the folder came from another machine.
 * A machine id that cannot be read now proves nothing.
 * @param directory `pair/` in the state folder
 * @throws {UserError} `pair-state`: what is stored cannot be read
 */
export async function openIdentity(
  directory: string,
  machineId: string | undefined,
  wallMs: number,
): Promise<OpenedIdentity> {
  const stored = await findIdentity(directory);
  const wasCopied =
    stored?.machineId !== undefined && machineId !== undefined && stored.machineId !== machineId;
  if (stored && !wasCopied) {
    const isComplete = stored.machineId !== undefined || machineId === undefined;
    const identity = isComplete ? stored : { ...stored, machineId };
    if (!isComplete) await storeIdentity(directory, identity);
    return { identity, wasCopied };
  }
  const identity: Identity = {
    id: randomUUID(),
    ...(machineId !== undefined && { machineId }),
    key: await makeOwnKey(wallMs),
    ...(wasCopied && { isFromCopy: true }),
  };
  await storeIdentity(directory, identity);
  return { identity, wasCopied };
}

export async function storeIdentity(directory: string, identity: Identity): Promise<void> {
  await writeDurably(filePath(directory), `${JSON.stringify(withFormat(identity))}\n`);
}

async function findIdentity(directory: string): Promise<Identity | undefined> {
  const text = await findFileText(filePath(directory));
  if (text === undefined) return undefined;
  const value = parseJson(text);
  refuseNewerFormat(filePath(directory), findFormat(value));
  const parsed = identitySchema.safeParse(value);
  if (parsed.success && isUsable(parsed.data.key)) return parsed.data;
  // The error would quote the key.
  throw new UserError(
    'pair-state',
    `${filePath(directory)} is damaged, so no other server can be sure that this is the server that it is paired with. Remove the file, start keepalived-wai again and pair the servers again.`,
  );
}

function isUsable({ certificatePem }: OwnKey): boolean {
  try {
    return readFingerprint(certificatePem) !== '';
  } catch {
    return false;
  }
}

const filePath = (directory: string) => path.join(directory, 'identity.json');

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { findFileText, writeDurably } from '../shared/durable-file.ts';

/** The secret that signs session cookies, 256 bits: made at the first start, the same ever after. */
export async function openSessionSecret(stateDirectory: string): Promise<string> {
  const path = join(stateDirectory, 'session-secret');
  const stored = await findFileText(path);
  if (stored !== undefined && /^[\w-]{43}$/.test(stored)) return stored;
  const secret = randomBytes(32).toString('base64url');
  await writeDurably(path, secret);
  return secret;
}

import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';

const path = '/etc/machine-id';

/**
 * A digest of this machine's id, for this program alone: machine-id(5) asks not to tell the id itself.
 * @returns undefined: it has none, or it cannot be read
 */
export async function readMachineDigest(): Promise<string | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
  const id = text.trim();
  // Of an image that has not been started yet: `uninitialized`, or empty.
  if (!/^[0-9a-f]{32}$/.test(id)) return undefined;
  return createHmac('sha256', id).update('keepalived-wai').digest('hex');
}

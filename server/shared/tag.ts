import { createHash } from 'node:crypto';

/**
 * By which a file's content is known: SHA-256, hexadecimal, of its bytes; of a text's bytes in UTF-8.
 */
export function createTag(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

import { open } from 'node:fs/promises';
import { errorCode } from '../error-code.ts';

/** Longer than the first line of any file that names its format. */
const longestBytes = 1024;

/**
 * The first line of a file, or as much of it as is read; undefined: there is no such file, or it is
 * empty.
 */
export async function readFirstLine(path: string): Promise<string | undefined> {
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(longestBytes), 0, longestBytes, 0);
      if (bytesRead === 0) return undefined;
      return buffer.toString('utf8', 0, bytesRead).split('\n', 1)[0];
    } finally {
      await file.close();
    }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

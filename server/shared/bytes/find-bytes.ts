import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { errorCode } from '../error-code.ts';

/** A file's content; undefined if there is no such file. A symbolic link is refused (ELOOP). */
export async function findBytes(path: string): Promise<Buffer | undefined> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

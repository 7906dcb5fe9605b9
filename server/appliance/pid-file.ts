import { readFile } from 'node:fs/promises';

/** The pid in a pid file; undefined if there is no file, 0 if it holds no pid. */
export async function readPidFile(path: string): Promise<number | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
  // Digits only: 0 and negative numbers would signal whole groups of processes.
  return /^\s*[1-9]\d{0,9}\s*$/.test(text) ? Number(text) : 0;
}

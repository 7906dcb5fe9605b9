import { open } from 'node:fs/promises';
import { findPathParts } from './script-path.ts';

/**
 * Why nobody can run a program: keepalived's own attempt then counts as a success, its account says
 * GOOD, and nothing is said of it (measured, 2.2.7: a script that is removed, loses its execute bits,
 * or whose interpreter is not there).
 * @param file the first word of a script's command
 * @param daemonPid keepalived's: what it sees is looked at
 * @returns the end of a sentence; undefined: it can be run, or that could not be looked at
 */
export async function findScriptObstacle(
  file: string,
  daemonPid?: number,
): Promise<string | undefined> {
  // It opens a file only (keepalived.conf(5), “</”).
  if (file === '' || file.startsWith('<')) return undefined;
  const root = daemonPid === undefined ? '' : `/proc/${daemonPid}/root`;
  try {
    const program = (await findPathParts(file, root))?.at(-1);
    if (!program) return `${file} does not exist`;
    if (program.kind !== 'file') return `${program.path} is not a file`;
    if ((program.mode & anyExecute) === 0) return `${program.path} is not executable`;
    const interpreter = await readInterpreter(`${root}${program.path}`);
    if (interpreter === undefined || (await findPathParts(interpreter, root))) return undefined;
    return `${JSON.stringify(interpreter)}, the interpreter in the first line of ${program.path}, does not exist`;
  } catch {
    // Not seen is not absent.
    return undefined;
  }
}

const anyExecute = 0o111;

/** The program that the kernel starts for a script; blanks end its name, a carriage return does not. */
async function readInterpreter(path: string): Promise<string | undefined> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(256), 0, 256, 0);
    return /^#![ \t]*(\/[^ \t\n]*)/.exec(buffer.toString('latin1', 0, bytesRead))?.[1];
  } finally {
    await handle.close();
  }
}

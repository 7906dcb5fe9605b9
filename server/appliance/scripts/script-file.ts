import { open } from 'node:fs/promises';
import { findPathComponents, placeOf } from './script-path.ts';

/**
 * Why nobody can run a program: keepalived's own attempt then counts as a success, its account says
 * GOOD, and nothing is said of it (measured, 2.2.7: a script that is removed, loses its execute bits,
 * has no `#!` line, or whose interpreter is not there).
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
    const program = (await findPathComponents(file, root))?.at(-1);
    if (!program) return `${file} does not exist`;
    if (program.kind !== 'file') return `${program.path} is not a file`;
    if ((program.mode & anyExecute) === 0) return `${program.path} is not executable`;
    const begin = await readBegin(placeOf(program.path, root));
    if (isPlainText(begin)) {
      return `${program.path} does not begin with “#!” and its interpreter, such as #!/bin/sh: a shell runs it anyway, keepalived does not`;
    }
    const interpreter = findInterpreter(begin);
    if (interpreter === undefined || (await findPathComponents(interpreter, root)))
      return undefined;
    return `${JSON.stringify(interpreter)}, the interpreter in the first line of ${program.path}, does not exist`;
    // eslint-disable-next-line no-restricted-syntax -- what is not seen is not absent
  } catch {
    // Not seen is not absent.
    return undefined;
  }
}

const anyExecute = 0o111;

/** The kernel starts neither this nor an empty file (execve(2), ENOEXEC); shells, and execvp, do. */
const isPlainText = (begin: string): boolean => !/^#!|^\x7fELF|\0/.test(begin);

/** The program that the kernel starts for a script; blanks end its name, a carriage return does not. */
const findInterpreter = (begin: string): string | undefined =>
  /^#![ \t]*(\/[^ \t\n]*)/.exec(begin)?.[1];

async function readBegin(path: string): Promise<string> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(256), 0, 256, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

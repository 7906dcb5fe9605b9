import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

/**
 * Ends our own program as kill -9 does, and then what it had started, which lives on: `ip monitor` ends
 * only when it has something to print. Does nothing to a program that has ended.
 */
export async function killProgram(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = once(child, 'exit');
  // Stopped, so that it starts nothing between the list and its end.
  child.kill('SIGSTOP');
  const started = listDescendants(child.pid);
  child.kill('SIGKILL');
  await ended;
  for (const pid of started) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

function listDescendants(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  const own = children.split(' ').filter(Boolean).map(Number);
  return own.flatMap((one) => [one, ...listIfThere(one)]);
}

/** What has ended meanwhile has none. */
function listIfThere(pid: number): number[] {
  try {
    return listDescendants(pid);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!['ENOENT', 'ESRCH'].includes(code)) throw error;
    return [];
  }
}

import type { ChildProcess } from 'node:child_process';

/**
 * Lets another process, which runs the tests of this file elsewhere, report in the place of this
 * one: it has our output, on which the test runner reads each test with its name and its failure,
 * and its exit code becomes ours. Call it where no test is defined.
 */
export function reportFor(child: ChildProcess): void {
  const end = (signal: NodeJS.Signals) => child.kill(signal);
  // The runner ends what takes too long; a Ctrl-C reaches the child by itself.
  process.on('SIGTERM', end);
  process.once('SIGINT', () => undefined);
  child.once('error', (error) => {
    throw error;
  });
  child.once('exit', (exitCode) => {
    process.off('SIGTERM', end);
    process.exitCode = exitCode ?? 1;
  });
}

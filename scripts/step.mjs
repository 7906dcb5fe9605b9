import { spawn } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

/** The repository's folder. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Runs a command in the repository's folder without showing its output.
 * @param {string[]} command
 * @param {Record<string, string>} [environment] in addition to our own
 * @returns {Promise<{ ok: boolean, output: string, seconds: string }>}
 */
export function runQuietly([program, ...args], environment = {}) {
  const startedAtMs = performance.now();
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const collect = (chunk) => (output += chunk);
    const end = (ok) =>
      resolve({
        ok,
        output,
        seconds: `${((performance.now() - startedAtMs) / 1000).toFixed(1)} s`,
      });
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', (error) => {
      output += error.message;
      end(false);
    });
    child.once('close', (code) => end(code === 0));
  });
}

/** Something that the person at the terminal has to do first: shown without a stack. */
export class PreparationError extends Error {}

/**
 * Runs a command as one line of progress.
 * @throws {PreparationError} with the command and all that it printed when it fails
 */
export async function step(what, command, environment) {
  process.stdout.write(`${what} … `);
  const { ok, output, seconds } = await runQuietly(command, environment);
  console.log(ok ? seconds : 'failed');
  if (!ok) throw new PreparationError(`${command.join(' ')}\n\n${output.trim()}`);
}

/** Runs the whole of a script, and ends it with a readable message if a preparation fails. */
export async function runScript(script) {
  try {
    await script();
  } catch (error) {
    if (!(error instanceof PreparationError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

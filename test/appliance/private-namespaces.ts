import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import test from 'node:test';
import { programWords } from '../program-words.ts';

const marker = 'WAI_TEST_IN_PRIVATE_NAMESPACES';

/** Shorter than the runner's own limit, so that what hangs is seen with all that it printed. */
const limitMs = 270_000;

/**
 * Whether this test file already runs in mount, network and host name namespaces of its own. If
 * not, it is run again in such namespaces, as one test, whose output holds the real results.
 *
 * Call it as `if (inPrivateNamespaces(import.meta.url)) { test(…) … }`: what is mounted or configured
 * in there never touches the machine, and disappears with the last process.
 */
export function inPrivateNamespaces(testFileUrl: string): boolean {
  if (process.env[marker] === '1') return true;
  test('in private namespaces', async () => {
    const namespaces = ['--mount', '--net', '--uts', '--propagation', 'private'];
    const node = [process.execPath, '--test-reporter=spec', ...programWords(new URL(testFileUrl))];
    const child = spawn('unshare', [...namespaces, ...node], {
      env: { ...process.env, [marker]: '1', NODE_TEST_CONTEXT: undefined },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: limitMs,
    });
    const output: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
    const [exitCode] = (await once(child, 'close')) as [number | null];
    const text = Buffer.concat(output).toString();
    assert.equal(exitCode, 0, text);
    assert.match(text, /pass [1-9]/, text);
  });
  return false;
}

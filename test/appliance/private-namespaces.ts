import { spawn } from 'node:child_process';
import { programWords } from '../program-words.ts';
import { reportFor } from '../report-for.ts';

const marker = 'WAI_TEST_IN_PRIVATE_NAMESPACES';

/**
 * Whether this test file already runs in mount, network and host name namespaces of its own. If
 * not, it is run again in such namespaces, and that run reports its tests in the place of this one.
 *
 * Call it as `if (inPrivateNamespaces(import.meta.url)) { test(…) … }`: what is mounted or configured
 * in there never touches the machine, and disappears with the last process.
 * @param prepare makes, before, what is not to be had in there, where there is no network: variables of the
 *   environment for that run
 */
export function inPrivateNamespaces(
  testFileUrl: string,
  prepare: () => Record<string, string> = () => ({}),
): boolean {
  if (process.env[marker] === '1') return true;
  const namespaces = ['--mount', '--net', '--uts', '--propagation', 'private'];
  const node = [process.execPath, ...programWords(new URL(testFileUrl))];
  const child = spawn('unshare', [...namespaces, ...node], {
    env: { ...process.env, ...prepare(), [marker]: '1' },
    stdio: 'inherit',
  });
  reportFor(child);
  return false;
}

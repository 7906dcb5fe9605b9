import { createMachine } from '../lab/machine.ts';
import { programWords } from '../program-words.ts';

const marker = 'WAI_TEST_IN_LAB_SERVER';

/** Shorter than the runner's own limit. */
const timeoutMs = 570_000;

/** An interface eth0 with 10.9.0.1/24, whose other end nobody answers. */
const network =
  'ip link add eth0 type veth peer name peer0 && ip address add 10.9.0.1/24 dev eth0 && ' +
  'ip link set eth0 up && ip link set peer0 up';

/**
 * Whether this test file already runs in a server of the lab, with folders, network and log daemon of
 * its own. If not, it is run again in one, and that run reports its tests in the place of this one.
 *
 * Call it as `if (inLabServer(import.meta.url)) { test(…) … }`.
 */
export function inLabServer(testFileUrl: string): boolean {
  if (process.env[marker] === '1') return true;
  void runInLabServer(testFileUrl);
  return false;
}

/** A failure of the server itself ends this process, which the runner shows as that of the file. */
async function runInLabServer(testFileUrl: string): Promise<void> {
  const machine = await createMachine('become-server.sh', ['server1']);
  try {
    await machine.run('sh', ['-c', network]);
    const env = {
      [marker]: '1',
      WAI_TEST_BUILD: process.env['WAI_TEST_BUILD'] ?? '',
      // By this the test runner reads each test from our output.
      NODE_TEST_CONTEXT: process.env['NODE_TEST_CONTEXT'] ?? '',
    };
    const program = programWords(new URL(testFileUrl));
    process.exitCode = await machine.report(process.execPath, program, { env, timeoutMs });
  } finally {
    await machine.close();
  }
}

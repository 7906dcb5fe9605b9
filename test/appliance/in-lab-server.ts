import assert from 'node:assert/strict';
import test from 'node:test';
import { createMachine } from '../lab/machine.ts';
import { programWords } from '../program-words.ts';

const marker = 'WAI_TEST_IN_LAB_SERVER';

/** An interface eth0 with 10.9.0.1/24, whose other end nobody answers. */
const network =
  'ip link add eth0 type veth peer name peer0 && ip address add 10.9.0.1/24 dev eth0 && ' +
  'ip link set eth0 up && ip link set peer0 up';

/**
 * Whether this test file already runs in a server of the lab, with folders, network and log daemon of
 * its own. If not, it is run again in one, as one test, whose output holds the real results.
 *
 * Call it as `if (inLabServer(import.meta.url)) { test(…) … }`.
 */
export function inLabServer(testFileUrl: string): boolean {
  if (process.env[marker] === '1') return true;
  test('in a server of the lab', async (context) => {
    const machine = await createMachine('become-server.sh', ['server1']);
    try {
      await machine.run('sh', ['-c', network]);
      const { exitCode, stdout, stderr } = await machine.run(
        process.execPath,
        ['--test-reporter=spec', ...programWords(new URL(testFileUrl))],
        {
          env: { [marker]: '1', WAI_TEST_BUILD: process.env['WAI_TEST_BUILD'] ?? '' },
          ...{ timeoutMs: 240_000, allowFailure: true },
        },
      );
      assert.equal(exitCode, 0, stdout + stderr);
      assert.match(stdout, /pass [1-9]/, stdout);
      // What the tests in there had to tell, without the reporter's own counts.
      const counts = /^(?:tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) /;
      for (const [, words = ''] of stdout.matchAll(/^\s*ℹ (.*)$/gm)) {
        if (!counts.test(words)) context.diagnostic(words);
      }
    } finally {
      await machine.close();
    }
  });
  return false;
}

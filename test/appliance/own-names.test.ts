/** Tests that run in namespaces are reported one by one, with their names and their failures. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { it } from 'node:test';
import { programWords } from '../program-words.ts';

for (const [place, where] of [
  ['private namespaces', 'namespaces'],
  ['a server of the lab', 'lab'],
] as const) {
  it(`what runs in ${place} is reported under its own name`, () => {
    const words = programWords('test/appliance/inside/two-results.ts');
    const { status, stdout } = spawnSync(
      process.execPath,
      [...words.slice(0, -1), '--test', '--test-reporter=tap', ...words.slice(-1)],
      {
        env: { ...process.env, NODE_TEST_CONTEXT: undefined, WAI_TEST_WHERE: where },
        encoding: 'utf8',
      },
    );
    assert.equal(status, 1, stdout);
    assert.match(stdout, /^ok 1 - succeeds$/m);
    assert.match(stdout, /^not ok 2 - fails$/m);
    assert.match(stdout, /as it should/);
    assert.match(stdout, /^# tests 2$/m);
    assert.match(stdout, /^# fail 1$/m);
  });
}

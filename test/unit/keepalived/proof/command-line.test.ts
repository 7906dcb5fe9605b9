import assert from 'node:assert/strict';
import test from 'node:test';
import { findOption } from '../../../../server/keepalived/proof/command-line.ts';

test('an option is found in each of its four spellings, and no other', () => {
  const option = { short: '-i', long: '--config-id' };
  for (const words of [['-i', 'one'], ['-ione'], ['--config-id', 'one'], ['--config-id=one']]) {
    assert.equal(findOption(['--log-detail', ...words, '-D'], option), 'one', words.join(' '));
  }
  assert.equal(findOption(['--log-detail', '--instance', 'x', '-D'], option), undefined);
});

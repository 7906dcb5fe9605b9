import assert from 'node:assert/strict';
import test from 'node:test';
import { compareTexts } from '../../../../../server/keepalived/secrets/text-difference.ts';
import { pairLines } from '../../../../../server/web/view/change/side-by-side.ts';

const pairs = (before: string, after: string) =>
  pairLines(compareTexts(before, after)).map((row) => [row.before?.text, row.after?.text]);

test('what was replaced stands beside what replaced it', () => {
  assert.deepEqual(pairs('a\nb\nc\nd\n', 'a\nB\nC\nx\nd\n'), [
    ['a', 'a'],
    ['b', 'B'],
    ['c', 'C'],
    [undefined, 'x'],
    ['d', 'd'],
  ]);
});

test('more lines removed than added leave the other side empty, run by run', () => {
  assert.deepEqual(pairs('a\nb\nc\nd\ne\n', 'B\nc\nd\nE\nF\n'), [
    ['a', 'B'],
    ['b', undefined],
    ['c', 'c'],
    ['d', 'd'],
    ['e', 'E'],
    [undefined, 'F'],
  ]);
});

test('equal texts have no rows, and a password stays masked', () => {
  assert.deepEqual(pairs('a\n', 'a\n'), []);
  assert.deepEqual(pairs('auth_pass old1\n', 'auth_pass new1\n'), [
    ['auth_pass ********', 'auth_pass ********'],
  ]);
});

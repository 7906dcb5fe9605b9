import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTextSearch } from '../../../../../server/appliance/logs/reading/text-search.ts';

/** Longer than several of the strings that a block is looked at in. */
const blockBytes = 300_000;

function findAll(wanted: string, block: Buffer): number[] {
  const findNext = createTextSearch(wanted)(block);
  const found: number[] = [];
  for (let at = findNext(0); at !== -1; at = findNext(at + 1)) found.push(at);
  return found;
}

function findAllInLowerCase(wanted: string, block: Buffer): number[] {
  const text = block.toString('latin1').toLowerCase();
  const found: number[] = [];
  for (let at = text.indexOf(wanted.toLowerCase()); at !== -1;) {
    found.push(at);
    at = text.indexOf(wanted.toLowerCase(), at + 1);
  }
  return found;
}

const changeCase = (text: string, turn: number) =>
  [text, text.toUpperCase(), text.toLowerCase()][turn % 3] ?? text;

for (const { name, wanted, filler } of [
  { name: 'letters only', wanted: 'Entering', filler: 'enterin ' },
  { name: 'a part without case that is rare', wanted: 'VI_7) Entering', filler: 'other text ' },
  { name: 'a part without case that is everywhere', wanted: 'pid 10.0.0', filler: 'x 10.0.0 ' },
  { name: 'no letters at all', wanted: '10.0.0.1', filler: '10.0.0.' },
  { name: 'one character', wanted: ')', filler: 'a(' },
  { name: 'invalid UTF-8 around it', wanted: 'a_1', filler: '\xff\xc3\x80' },
]) {
  test(`finds every place in upper and lower case: ${name}`, () => {
    const block = Buffer.from(filler.repeat(blockBytes / filler.length), 'latin1');
    // At a prime distance, so that one lies across each border within the block.
    for (let at = 0, turn = 0; at + wanted.length <= block.length; at += 1_021, turn += 1) {
      block.write(changeCase(wanted, turn), at, 'latin1');
    }
    block.write(wanted, block.length - wanted.length);
    for (const border of [65_536, 131_072]) block.write(wanted, border - 1);
    const found = findAll(wanted, block);
    assert.deepEqual(found, findAllInLowerCase(wanted, block));
    assert.ok(found.length > blockBytes / 2_000);
  });
}

test('a part of it alone is no find, at the block’s ends neither', () => {
  const block = Buffer.from('_7) Entering … vi_7) Enterin');
  assert.deepEqual(findAll('VI_7) Entering', block), []);
  assert.deepEqual(findAll('VI_7) Entering', Buffer.alloc(0)), []);
});

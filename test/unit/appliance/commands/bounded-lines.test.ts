import assert from 'node:assert/strict';
import test from 'node:test';
import { readBoundedLines } from '../../../../server/appliance/commands/bounded-lines.ts';

async function* chunksOf(...texts: string[]): AsyncGenerator<Buffer> {
  for (const text of texts) yield await Promise.resolve(Buffer.from(text));
}

async function readAll(chunks: AsyncIterable<Buffer>, limitBytes?: number): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of readBoundedLines(chunks, limitBytes)) lines.push(line);
  return lines;
}

test('the lines of a command, however its output is cut', async () => {
  const text = 'one\r\n\ntwo ä\nthe last';
  const wanted = ['one', '', 'two ä', 'the last'];
  assert.deepEqual(await readAll(chunksOf(text)), wanted);
  const bytes = [...Buffer.from(text)].map((byte) => Buffer.of(byte));
  const oneByOne = (async function* () {
    for (const byte of bytes) yield await Promise.resolve(byte);
  })();
  assert.deepEqual(await readAll(oneByOne), wanted);
});

test('of a line without an end only the beginning is kept, and the next one is whole', async () => {
  const piece = 'x'.repeat(1000);
  const endless = Array.from({ length: 5000 }, () => piece);
  const lines = await readAll(chunksOf(...endless, '\nnext\n'), 4096);
  assert.deepEqual(
    lines.map((line) => line.length),
    [4096, 4],
  );
  assert.equal(lines[1], 'next');
});

test('the limit is there without being asked for', async () => {
  const lines = await readAll(chunksOf('x'.repeat(1 << 20), 'x'.repeat(1 << 20), '\n'));
  assert.deepEqual(
    lines.map((line) => line.length),
    [256 * 1024],
  );
});

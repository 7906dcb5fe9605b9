import assert from 'node:assert/strict';
import test from 'node:test';
import {
  createFrameReader,
  encodeFrame,
  MalformedFrameError,
  mostFrameBytes,
} from '../../../server/seam/wire/frame.ts';
import type { Frame } from '../../../server/seam/wire/frame.ts';
import { assertPlain } from '../../../server/seam/wire/plain-data.ts';
import { createRandom } from '../../appliance/random-pairs.ts';

class Instance {
  name = 'VI_1';
}

test('what JSON would change is refused, with its path', () => {
  const circle: { next?: unknown } = {};
  circle.next = circle;
  const refused: [unknown, RegExp][] = [
    [undefined, /^it is a value of type undefined/],
    [{ a: [1, undefined] }, /^it\.a\[1\] is a value of type undefined/],
    // eslint-disable-next-line no-sparse-arrays
    [{ a: [1, , 2] }, /^it\.a\[1\] is a value of type undefined/],
    [{ a: 1n }, /^it\.a is a value of type bigint/],
    [{ a: Symbol('x') }, /^it\.a is a value of type symbol/],
    [{ a: () => 1 }, /^it\.a is a value of type function/],
    [{ toJSON: () => 'other' }, /^it\.toJSON is a value of type function/],
    [{ a: NaN }, /^it\.a is NaN/],
    [[-Infinity], /^it\[0\] is -Infinity/],
    [{ at: new Date(0) }, /^it\.at is an instance of Date/],
    [{ ids: new Set(['a']) }, /^it\.ids is an instance of Set/],
    [{ ids: new Map() }, /^it\.ids is an instance of Map/],
    [{ a: { bytes: new Uint8Array(1) } }, /^it\.a\.bytes is an instance of Uint8Array/],
    [{ bytes: Buffer.from('x') }, /^it\.bytes is an instance of Buffer/],
    [new Instance(), /^it is an instance of Instance/],
    [{ error: new Error('s3cret') }, /^it\.error is an instance of Error/],
    [{ [Symbol('x')]: 1 }, /^it is a field named by a symbol/],
    [circle, /nested deeper than 64/],
  ];
  for (const [value, message] of refused) {
    assert.throws(
      () => {
        assertPlain(value, 'it');
      },
      (error: Error) => message.test(error.message) && !error.message.includes('s3cret'),
      String(message),
    );
  }
  assertPlain(
    { a: [null, 'x', 1, -0, false, { b: undefined }], c: Object.create(null) as object },
    'it',
  );
});

test('frames arrive whole, however they are cut', () => {
  const random = createRandom(7);
  const sent = Array.from({ length: 60 }, (_, index) => ({
    head: { index, text: 'ü'.repeat(random(index === 30 ? 300_000 : 300)) },
    tail: new Uint8Array(random(400)).fill(index),
  }));
  const bytes = Buffer.concat(
    sent.map(({ head, tail }) => encodeFrame(JSON.stringify(head), tail)),
  );
  for (const most of [1, 3, 100, 70_000, bytes.length]) {
    const read: Frame[] = [];
    const reader = createFrameReader((frame) => read.push(frame));
    for (let from = 0; from < bytes.length;) {
      const to = from + 1 + random(most);
      reader.read(bytes.subarray(from, to));
      from = to;
    }
    assert.deepEqual(
      read.map(({ head, tail }) => ({ head, tail })),
      sent,
    );
    assert.ok(!reader.isWithin());
  }
});

test('a frame that only says that it is large costs nothing', () => {
  const reader = createFrameReader(() => assert.fail('nothing is whole'));
  const before = process.memoryUsage().arrayBuffers;
  const readers = Array.from({ length: 100 }, () => createFrameReader(() => undefined));
  const begin = Buffer.alloc(100);
  begin.writeUInt32BE(mostFrameBytes, 0);
  for (const each of [reader, ...readers]) each.read(begin);
  const grownBytes = process.memoryUsage().arrayBuffers - before;
  assert.ok(grownBytes < 16 * 1024 * 1024, `${grownBytes} bytes are held`);
});

test('what is no frame is refused at its first bytes', () => {
  const lengths = (...numbers: number[]) => {
    const bytes = Buffer.alloc(4 * numbers.length);
    for (const [index, number] of numbers.entries()) bytes.writeUInt32BE(number, 4 * index);
    return bytes;
  };
  const malformed = [
    lengths(0),
    lengths(4),
    lengths(mostFrameBytes + 1),
    lengths(1024 ** 3),
    lengths(2 ** 32 - 1),
    Buffer.concat([lengths(6, 0), Buffer.from('{}')]),
    Buffer.concat([lengths(6, 3), Buffer.from('{}')]),
    Buffer.concat([lengths(6, 2 ** 32 - 1), Buffer.from('{}')]),
    Buffer.concat([lengths(6, 2), Buffer.from('{]')]),
    Buffer.concat([lengths(5, 1), Buffer.from([0xff])]),
  ];
  for (const bytes of malformed) {
    const reader = createFrameReader(() => assert.fail('it is no frame'));
    assert.throws(
      () => {
        reader.read(bytes);
      },
      MalformedFrameError,
      bytes.toString('hex'),
    );
  }
  assert.throws(() => encodeFrame('x'.repeat(mostFrameBytes)), RangeError);
});

test('a head of very many values is refused before it is made of them, a long text is not', () => {
  const none = new Uint8Array();
  const read: Frame[] = [];
  const reader = createFrameReader(
    (frame) => read.push(frame),
    () => mostFrameBytes,
    1_000,
  );
  const long = ',[{"\\'.repeat(10_000);
  reader.read(encodeFrame(JSON.stringify({ text: long, list: Array<number>(900).fill(1) }), none));
  assert.deepEqual((read[0]?.head as { text: string }).text, long);
  for (const many of [
    Array<object>(600).fill({}),
    Array<number>(1_100).fill(1),
    Array<[]>(600).fill([]),
  ]) {
    const head = JSON.stringify({ text: long, many });
    assert.throws(() => {
      reader.read(encodeFrame(head, none));
    }, /more than 1000 values/);
  }
});

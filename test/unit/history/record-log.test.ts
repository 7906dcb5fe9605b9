import assert from 'node:assert/strict';
import { appendFile, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { z } from 'zod';
import { openRecordLog } from '../../../server/history/record-log.ts';

const schema = z.object({ number: z.number() });

async function createPath(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'record-log-'));
  context.after(() => rm(folder, { recursive: true }));
  return join(folder, 'records.jsonl');
}

const numbersIn = async (path: string) =>
  (await openRecordLog(path, schema, 100)).entries().map(({ number }) => number);

test('records survive, in their order', async (context) => {
  const path = await createPath(context);
  const log = await openRecordLog(path, schema, 100);
  assert.equal(log.lastTouchedAtMs, undefined);
  await Promise.all([log.append([{ number: 1 }, { number: 2 }]), log.append([{ number: 3 }])]);
  assert.deepEqual(await numbersIn(path), [1, 2, 3]);
});

test('a torn last line is cut off, a foreign one is passed over', async (context) => {
  const path = await createPath(context);
  await writeFile(path, '{"number":1}\nnonsense\n{"number":2}\n{"numb');
  const log = await openRecordLog(path, schema, 100);
  await log.append([{ number: 3 }]);
  assert.deepEqual(await numbersIn(path), [1, 2, 3]);
});

test('only so many are kept, in memory and on the disk', async (context) => {
  const path = await createPath(context);
  const log = await openRecordLog(path, schema, 100);
  for (let number = 0; number < 500; number++) await log.append([{ number }]);
  assert.equal(log.entries().at(-1)?.number, 499);
  assert.ok(log.entries().length <= 100 && log.entries().length >= 90);
  const [, ...lines] = (await readFile(path, 'utf8')).trimEnd().split('\n');
  assert.equal(lines.length, log.entries().length);
});

test('a touch tells the next one when its owner last lived, and writes nothing', async (context) => {
  const path = await createPath(context);
  const log = await openRecordLog(path, schema, 100);
  await log.append([{ number: 1 }]);
  const before = await readFile(path, 'utf8');
  await utimes(path, 1000, 1000);
  assert.equal((await openRecordLog(path, schema, 100)).lastTouchedAtMs, 1_000_000);
  await log.touch();
  const { lastTouchedAtMs = 0 } = await openRecordLog(path, schema, 100);
  assert.ok(Math.abs(Date.now() - lastTouchedAtMs) < 5_000);
  assert.equal(await readFile(path, 'utf8'), before);
});

test('the time of the file is read before a torn line is cut off', async (context) => {
  const path = await createPath(context);
  await writeFile(path, '{"number":1}\n');
  await appendFile(path, '{"torn');
  await utimes(path, 1000, 1000);
  assert.equal((await openRecordLog(path, schema, 100)).lastTouchedAtMs, 1_000_000);
});

test('what cannot be written is reported, and still known', async (context) => {
  const path = await createPath(context);
  const log = await openRecordLog(path, schema, 100);
  await rm(join(path, '..'), { recursive: true });
  await assert.rejects(log.append([{ number: 1 }]), { code: 'ENOENT' });
  assert.deepEqual(log.entries(), [{ number: 1 }]);
  await mkdir(join(path, '..'));
});

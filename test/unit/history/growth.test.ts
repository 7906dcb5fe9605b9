/** The files of the history grow for years: opening them takes time in proportion to them. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { createJournal } from '../../../server/history/journal.ts';
import { openRecordLog } from '../../../server/history/record-log.ts';
import { openVersionIndex } from '../../../server/history/versions/version-index.ts';
import { measureCpuOf } from '../../cpu-time.ts';

const [few, times] = [1_000, 16];

const step = JSON.stringify({ entry: 'step', step: 'installed' });
const dropped = JSON.stringify({ entry: 'dropped', id: '0b7cf5a2-7f0e-4c1c-9d3a-3f0f5c1f2b11' });

const readers: Record<string, { line: string; read: (path: string) => Promise<unknown> }> = {
  'journal.jsonl': {
    line: step,
    // A journal without a begin is damaged; it is read whole to know that.
    read: (path) => assert.rejects(createJournal({ directory: join(path, '..') }).findUnfinished()),
  },
  'versions.jsonl': { line: dropped, read: (path) => openVersionIndex(path, 100) },
  'a damaged index': { line: '{"entry":', read: (path) => openVersionIndex(path, 100) },
  'records.jsonl': {
    line: '{"atMs":1}',
    read: (path) => openRecordLog(path, z.object({ atMs: z.number() }), 10_000),
  },
};

for (const [name, { line, read }] of Object.entries(readers)) {
  test(`${name} is read in time in proportion to it`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'growth-'));
    t.after(() => rm(folder, { recursive: true }));
    const path = join(folder, name);
    const measure = async (count: number) => {
      await writeFile(path, `${line}\n`.repeat(count));
      let leastMs = Infinity;
      for (let run = 0; run < 3; run += 1) {
        leastMs = Math.min(leastMs, (await measureCpuOf(() => read(path))).tookMs);
      }
      return leastMs;
    };
    const fewMs = Math.max(await measure(few), 1);
    const manyMs = await measure(few * times);
    // Quadratic is 256 times as long.
    assert.ok(manyMs < 100 * fewMs, `${manyMs} ms for ${times} times what took ${fewMs} ms`);
  });
}

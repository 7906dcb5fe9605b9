/** A file that nobody has touched is not read again; one that somebody has is. */
import assert from 'node:assert/strict';
import { rename, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createKnownFiles } from '../../../../server/appliance/files/known-files.ts';
import { makeFolder } from '../../history/run-child.ts';

/** An hour later, all that was written in the test is long settled. */
const later = () => Date.now() + 3_600_000;

async function openFile(context: TestContext, nowMs: () => number) {
  const path = join(await makeFolder(context), 'keepalived.conf');
  await writeFile(path, 'vrrp_instance VI_1 {}\n');
  const files = createKnownFiles(nowMs);
  const read = async () => {
    const file = await files.read(path);
    assert.ok(file.ok, 'it can be read');
    return file;
  };
  return { path, files, read };
}

test('a file that nobody has touched is not read again', async (context) => {
  const { read } = await openFile(context, later);
  const first = await read();
  assert.equal(first.bytes.toString(), 'vrrp_instance VI_1 {}\n');
  assert.equal((await read()).bytes, first.bytes, 'the very same bytes');
});

test('as many bytes, with the old time of modification, are still seen', async (context) => {
  const { path, read } = await openFile(context, later);
  const before = await stat(path);
  await read();
  await writeFile(path, 'vrrp_instance VI_2 {}\n');
  await utimes(path, before.atime, before.mtime);
  assert.equal((await read()).bytes.toString(), 'vrrp_instance VI_2 {}\n');
});

test('a file in the place of another is seen, and so is that it is gone', async (context) => {
  const { path, files, read } = await openFile(context, later);
  await read();
  await writeFile(`${path}.new`, 'vrrp_instance VI_3 {}\n');
  await rename(`${path}.new`, path);
  assert.equal((await read()).bytes.toString(), 'vrrp_instance VI_3 {}\n');
  await rename(path, `${path}.gone`);
  const gone = await files.read(path);
  assert.equal(gone.ok ? 'read' : gone.problem, 'missing');
});

test('a file that changed a moment ago is read each time: its next change may bear the same time', async (context) => {
  const { read } = await openFile(context, Date.now);
  const first = await read();
  const second = await read();
  assert.notEqual(second.bytes, first.bytes);
  assert.deepEqual(second.bytes, first.bytes);
});

test('a time of change in the future says nothing', async (context) => {
  const { read } = await openFile(context, () => Date.now() - 3_600_000);
  const first = await read();
  assert.notEqual((await read()).bytes, first.bytes);
});

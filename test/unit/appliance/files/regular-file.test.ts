import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  maxConfigurationBytes,
  readRegularFile,
} from '../../../../server/appliance/files/regular-file.ts';

async function readBytes(path: string): Promise<Buffer> {
  const file = await readRegularFile(path);
  assert.ok(file.ok);
  return file.bytes;
}

test('a file of any size up to the limit is read whole', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'regular-file-'));
  context.after(() => {
    rmSync(folder, { recursive: true });
  });
  const path = join(folder, 'file');
  for (const size of [0, 1, 4095, 4096, 4097, 70_000, maxConfigurationBytes]) {
    const bytes = Buffer.alloc(size, 'keepalived\n');
    writeFileSync(path, bytes);
    assert.ok(bytes.equals(await readBytes(path)), `${size} bytes`);
  }
});

test('a file is read whole though its size is not known before', async () => {
  // The kernel says 0, and makes the text while it is read.
  const bytes = await readBytes('/proc/self/maps');
  assert.ok(bytes.length > 4096);
  assert.match(bytes.toString(), /\[vdso\][^]*\n$/);
});

test('a small file keeps no more memory than it has bytes', async () => {
  const bytes = await readBytes('/proc/self/maps');
  assert.ok(bytes.buffer.byteLength < maxConfigurationBytes);
});

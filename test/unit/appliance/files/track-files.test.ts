import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { createTrackFiles } from '../../../../server/appliance/files/track-files.ts';

test('a number is written where one is, and nowhere else', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'track-files-'));
  context.after(() => rm(folder, { recursive: true }));
  const files = createTrackFiles(folder);
  const path = await files.prepare('VI_1');
  assert.deepEqual(await files.read(path), { ok: true, value: 0 });
  for (const value of [-254, 0, 2]) {
    assert.deepEqual(await files.write(path, value), { ok: true });
    assert.deepEqual(await files.read(path), { ok: true, value });
  }
  assert.equal((await stat(dirname(path))).mode & 0o777, 0o700);

  for (const value of [255, -255, 1.5, NaN]) {
    assert.equal((await files.write(path, value)).ok, false, String(value));
  }
  assert.equal(await readFile(path, 'utf8'), '2\n');

  await chmod(dirname(path), 0o777);
  assert.match(JSON.stringify(await files.write(path, 0)), /users other than root/i);
  await chmod(dirname(path), 0o700);

  const secret = join(folder, 'shadow');
  await writeFile(secret, 'root:x:1\n');
  assert.match(JSON.stringify(await files.write(secret, 0)), /does not hold a number/);
  await symlink(path, join(folder, 'link'));
  assert.match(JSON.stringify(await files.write(join(folder, 'link'), 0)), /symbolic link/);
  assert.equal(await readFile(secret, 'utf8'), 'root:x:1\n');
});

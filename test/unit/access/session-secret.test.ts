import assert from 'node:assert/strict';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { openSessionSecret } from '../../../server/access/session-secret.ts';

test('the secret is made once, private, and replaced only if it is unusable', async (context) => {
  const directory = await mkdtemp(join(tmpdir(), 'wai-secret-'));
  context.after(() => rm(directory, { recursive: true }));
  const secret = await openSessionSecret(directory);
  assert.match(secret, /^[\w-]{43}$/);
  const path = join(directory, 'session-secret');
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.equal(await openSessionSecret(directory), secret);

  await writeFile(path, '');
  assert.notEqual(await openSessionSecret(directory), secret);
});

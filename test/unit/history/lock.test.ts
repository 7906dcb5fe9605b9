import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmod, chown, mkdir, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { acquireLock, isLocked } from '../../../server/history/lock.ts';
import { buildChild, makeFolder, startUntilFirstLine } from './run-child.ts';

describe('the lock of the state directory', () => {
  it('is held by one process, and free again when that is killed', async (context) => {
    const program = await buildChild(context);
    const directory = await makeFolder(context);
    const first = await startUntilFirstLine(context, program, 'lock', directory);
    assert.equal(first.firstLine, 'held');
    const second = await startUntilFirstLine(context, program, 'lock', directory);
    assert.equal(second.firstLine, 'state-directory-in-use');
    await assert.rejects(acquireLock(directory), {
      code: 'state-directory-in-use',
      message: new RegExp(`${directory} is in use by .* process ${first.child.pid ?? ''}\\.`),
    });

    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    const third = await startUntilFirstLine(context, program, 'lock', directory);
    assert.equal(third.firstLine, 'held');
  });

  it('is free after a release', async (context) => {
    const directory = join(await makeFolder(context), 'state');
    assert.equal(await isLocked(directory), false);
    for (let round = 0; round < 3; round += 1) {
      const lock = await acquireLock(directory);
      assert.equal(await isLocked(directory), true);
      await assert.rejects(acquireLock(directory), { code: 'state-directory-in-use' });
      await lock.release();
      assert.equal(await isLocked(directory), false);
    }
    assert.equal((await readdir(directory)).length, 1);
  });

  it('is not kept by a process that has got the pid of a dead holder', async (context) => {
    const directory = await makeFolder(context);
    await symlink(`${process.pid} 1 another-boot`, join(directory, 'lock.7'));
    const lock = await acquireLock(directory);
    assert.deepEqual(await readdir(directory), ['lock.8']);
    await lock.release();
  });

  it('goes to one of many that find a dead holder at the same time', async (context) => {
    for (let round = 0; round < 50; round += 1) {
      const directory = await makeFolder(context);
      await symlink('1 0 no-such-boot', join(directory, 'lock.1'));
      const attempts = Array.from({ length: 10 }, () => acquireLock(directory));
      const taken = (await Promise.allSettled(attempts)).filter(
        ({ status }) => status === 'fulfilled',
      );
      assert.equal(taken.length, 1);
    }
  });

  it('does not take a folder that is not its own', async (context) => {
    const directory = await makeFolder(context);
    await writeFile(join(directory, 'somebody’s'), '');
    const foreign = (what: RegExp) => ({ code: 'state-directory-foreign', message: what });
    await assert.rejects(acquireLock(directory), foreign(/^WAI_STATE_DIR: .* is not empty/));
    await assert.rejects(acquireLock(join(directory, 'somebody’s')), foreign(/not a folder/));
    const open = join(directory, 'open');
    await mkdir(open);
    await chmod(open, 0o777);
    await assert.rejects(acquireLock(open), foreign(/can be written by other users/));
    assert.equal((await stat(open)).mode & 0o777, 0o777, 'it was left as it was');
    await chmod(open, 0o755);
    if (process.getuid?.() === 0) {
      await chown(open, 1, 1);
      await assert.rejects(acquireLock(open), foreign(/belongs to another user/));
    }
  });

  it('lets its holder sweep what a crash left half written', async (context) => {
    const directory = await makeFolder(context);
    await writeFile(join(directory, '.wai-part-1'), 'half');
    await writeFile(join(directory, 'accounts.json'), 'whole');
    await acquireLock(directory);
    assert.deepEqual(await readdir(directory), ['accounts.json', 'lock.1']);
  });
});

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import {
  replaceFile,
  removeUnfinishedReplacements,
} from '../../server/appliance/files/replace-file.ts';
import { createTag } from '../../server/shared/tag.ts';
import { endAtChange } from '../unit/history/end-at-change.ts';
import { inPrivateNamespaces } from './private-namespaces.ts';

const oldText = 'old line\n'.repeat(100);
const oldTag = createTag(Buffer.from(oldText));

function makeFolder(context: TestContext): { folder: string; path: string } {
  const folder = mkdtempSync(join(tmpdir(), 'replace-file-'));
  context.after(() => {
    spawnSync('umount', [folder]);
    spawnSync('chattr', ['-R', '-i', folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  const path = join(folder, 'keepalived.conf');
  writeFileSync(path, oldText);
  return { folder, path };
}

if (inPrivateNamespaces(import.meta.url)) {
  test('replaces the bytes and keeps owner and mode', async (context) => {
    const { folder, path } = makeFolder(context);
    chownSync(path, 1234, 2345);
    chmodSync(path, 0o604);
    const result = await replaceFile(path, { text: 'new ü\n', expectedTag: oldTag });
    assert.deepEqual(result, { outcome: 'replaced', tag: createTag(Buffer.from('new ü\n')) });
    assert.equal(readFileSync(path, 'utf8'), 'new ü\n');
    const stats = statSync(path);
    assert.deepEqual([stats.uid, stats.gid, stats.mode & 0o7777], [1234, 2345, 0o604]);
    assert.deepEqual(readdirSync(folder), ['keepalived.conf']);
  });

  test('makes a new file 0640, whatever the umask, and never overwrites one', async (context) => {
    const { folder, path } = makeFolder(context);
    const umask = process.umask(0o077);
    context.after(() => process.umask(umask));
    const fresh = join(folder, 'keepalived.conf.master');
    assert.equal((await replaceFile(fresh, { text: 'x', expectedTag: null })).outcome, 'replaced');
    assert.equal(statSync(fresh).mode & 0o7777, 0o640);
    assert.deepEqual(await replaceFile(path, { text: 'x', expectedTag: null }), {
      outcome: 'conflict',
      currentTag: oldTag,
    });
    assert.equal(readFileSync(path, 'utf8'), oldText);
  });

  test('a file that another writer changed, or removed, is a conflict', async (context) => {
    const { folder, path } = makeFolder(context);
    assert.deepEqual(
      await replaceFile(path, { text: 'x', expectedTag: createTag(Buffer.from('?')) }),
      {
        outcome: 'conflict',
        currentTag: oldTag,
      },
    );
    assert.deepEqual(await replaceFile(join(folder, 'gone'), { text: 'x', expectedTag: oldTag }), {
      outcome: 'conflict',
      currentTag: null,
    });
    assert.deepEqual(readdirSync(folder), ['keepalived.conf']);
  });

  test('another writer who comes during the write wins', async (context) => {
    const { folder, path } = makeFolder(context);
    const result = await replaceFile(
      path,
      { text: 'ours', expectedTag: oldTag },
      (step, moment) => {
        if (step === 'sync' && moment === 'after') writeFileSync(path, 'theirs');
      },
    );
    assert.deepEqual(result, { outcome: 'conflict', currentTag: createTag(Buffer.from('theirs')) });
    assert.equal(readFileSync(path, 'utf8'), 'theirs');
    assert.deepEqual(readdirSync(folder), ['keepalived.conf']);
  });

  test('a file that appears just before a new one is installed survives', async (context) => {
    const { folder } = makeFolder(context);
    const fresh = join(folder, 'fresh');
    const result = await replaceFile(fresh, { text: 'ours', expectedTag: null }, (step, moment) => {
      if (step === 'install' && moment === 'before') writeFileSync(fresh, 'theirs');
    });
    assert.deepEqual(result, { outcome: 'conflict', currentTag: createTag(Buffer.from('theirs')) });
    assert.equal(readFileSync(fresh, 'utf8'), 'theirs');
  });

  test('a symbolic link is refused and its target untouched', async (context) => {
    const { folder } = makeFolder(context);
    const target = join(folder, 'target');
    const link = join(folder, 'link');
    writeFileSync(target, oldText);
    symlinkSync(target, link);
    const result = await replaceFile(link, { text: 'x', expectedTag: oldTag });
    assert.equal(result.outcome, 'failed');
    assert.match(result.message, /link is a symbolic link\. Replace it/);
    assert.equal(readFileSync(target, 'utf8'), oldText);
  });

  test('a full disk keeps the old file, at whatever size it fills', async (context) => {
    const { folder } = makeFolder(context);
    const path = join(folder, 'keepalived.conf');
    let replaced = 0;
    let full = 0;
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]);
    for (let freeBytes = 0; freeBytes <= 40_960; freeBytes += 4096) {
      const text = 'n'.repeat(20_000);
      writeFileSync(path, oldText);
      // The old file takes one 4096-byte page; the filler leaves freeBytes.
      writeFileSync(join(folder, 'filler'), Buffer.alloc(65_536 - 4096 - freeBytes));
      const result = await replaceFile(path, { text, expectedTag: oldTag });
      if (result.outcome === 'replaced') {
        replaced += 1;
        assert.equal(readFileSync(path, 'utf8'), text);
      } else {
        full += 1;
        assert.equal(result.outcome, 'failed');
        assert.equal(result.code, 'ENOSPC');
        assert.match(result.message, /is full\. Free some space, then save again\./);
        assert.equal(readFileSync(path, 'utf8'), oldText);
      }
      assert.deepEqual(readdirSync(folder).sort(), ['filler', 'keepalived.conf']);
      rmSync(join(folder, 'filler'));
    }
    assert.equal(full, 5, '0 to 4 free pages are too few for 20 000 bytes');
    assert.equal(replaced, 6);
  });

  test('a read-only mount is said to be one', async (context) => {
    const { folder, path } = makeFolder(context);
    execFileSync('mount', ['--bind', folder, folder]);
    execFileSync('mount', ['-o', 'remount,ro,bind', folder]);
    const result = await replaceFile(path, { text: 'x', expectedTag: oldTag });
    assert.equal(result.outcome, 'failed');
    assert.equal(result.code, 'EROFS');
    assert.match(result.message, /read-only file system/);
    assert.equal(readFileSync(path, 'utf8'), oldText);
  });

  test('an immutable file is said to be one', async (context) => {
    const { folder, path } = makeFolder(context);
    execFileSync('chattr', ['+i', path]);
    const result = await replaceFile(path, { text: 'x', expectedTag: oldTag });
    assert.equal(result.outcome, 'failed');
    assert.equal(result.code, 'EPERM');
    assert.match(result.message, /immutable/);
    assert.deepEqual(readdirSync(folder), ['keepalived.conf']);
    assert.equal(readFileSync(path, 'utf8'), oldText);
  });

  test('a folder that does not exist is said to be missing', async (context) => {
    const { folder } = makeFolder(context);
    const result = await replaceFile(join(folder, 'no/x'), { text: 'x', expectedTag: null });
    assert.equal(result.outcome, 'failed');
    assert.match(result.message, /The folder .*\/no does not exist\./);
  });

  test('the steps come in the order that makes a crash harmless', async (context) => {
    const { path } = makeFolder(context);
    const steps: string[] = [];
    await replaceFile(path, { text: 'x', expectedTag: oldTag }, (step, moment) => {
      if (moment === 'before') steps.push(step);
      // Until the rename has happened the old bytes stand, afterwards the new ones.
      const installed = steps.includes('install') && !(step === 'install' && moment === 'before');
      assert.equal(readFileSync(path, 'utf8'), installed ? 'x' : oldText);
    });
    assert.deepEqual(steps, [
      'create',
      'write',
      'chown',
      'chmod',
      'sync',
      'install',
      'remove',
      'sync-folder',
    ]);
  });

  test('the steps are calls of the system, the file synced before it is installed, the folder after', async (context) => {
    const { folder, path } = makeFolder(context);
    const made = await endAtChange(Infinity, false);
    await replaceFile(path, { text: 'x', expectedTag: oldTag });
    const replaced = ['open', 'writeFile', 'chown', 'chmod', 'sync', 'rename', 'unlink', 'sync'];
    assert.deepEqual(made.splice(0), replaced);
    await replaceFile(join(folder, 'fresh'), { text: 'x', expectedTag: null });
    assert.deepEqual(made, ['open', 'writeFile', 'chmod', 'sync', 'link', 'unlink', 'sync']);
  });

  test('leftovers of a crash are swept, and nothing else', async (context) => {
    const { folder } = makeFolder(context);
    writeFileSync(join(folder, '.keepalived-wai-0123456789abcdef'), 'half');
    writeFileSync(join(folder, '.keepalived-wai-notes'), 'mine');
    assert.deepEqual(await removeUnfinishedReplacements(folder), [
      '.keepalived-wai-0123456789abcdef',
    ]);
    assert.deepEqual(readdirSync(folder).sort(), ['.keepalived-wai-notes', 'keepalived.conf']);
    assert.deepEqual(await removeUnfinishedReplacements(join(folder, 'absent')), []);
  });
}

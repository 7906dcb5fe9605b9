/** Whatever is handed over as a backup: it is used whole, or nothing changes. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { describe, it } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { createPendingConfirmation } from '../../../../server/history/pending-confirmation.ts';
import { UserError } from '../../../../server/shared/errors.ts';
import { copyRecordedState, takeSnapshot } from '../../../state-folder.ts';
import {
  accounts,
  backUp,
  makeFolder,
  manifest,
  own,
  restore,
  soundBut,
  writeArchive,
} from './archives.ts';
import type { Entry } from './archives.ts';

const gibibyte = 1024 ** 3;
const text = (digit: string): string => own(`history/versions/${digit.padStart(64, '0')}`);

function* manyEntries(): Generator<Entry> {
  yield manifest(100_000);
  yield accounts;
  for (let number = 0; number < 100_000; number++) yield { name: text(number.toString(16)) };
}

const hostile: [what: string, entries: Iterable<Entry>, refusal: RegExp][] = [
  ['a path that leaves the folder', soundBut({ name: '../x' }), /"\.\.\/x", which is no file/],
  ['one that leaves it later', soundBut({ name: own('../../etc/cron.d/x') }), /is no file of a/],
  ['one within a known folder', soundBut({ name: own('history/versions/../../x') }), /is no file/],
  ['an absolute path', soundBut({ name: '/etc/passwd' }), /"\/etc\/passwd", which is no file/],
  ['no name', soundBut({ name: '' }), /"", which is no file/],
  ['a name with a line end', soundBut({ name: own('x\ny') }), /x\\ny", which is no file/],
  [
    'a symbolic link',
    soundBut({ name: own('session-secret'), type: '2', linkName: '/etc/shadow' }),
    /holds a symbolic link, "keepalived-wai\/session-secret"/,
  ],
  ['a hard link', soundBut({ name: text('1'), type: '1', linkName: '/etc/shadow' }), /a hard link/],
  ['a device', soundBut({ name: own('session-secret'), type: '3' }), /a device/],
  ['a block device', soundBut({ name: own('session-secret'), type: '4' }), /a device/],
  ['a folder', soundBut({ name: own('history'), type: '5' }), /a folder/],
  ['a FIFO', soundBut({ name: own('session-secret'), type: '6' }), /a FIFO/],
  ['a header of pax', soundBut({ name: own('x'), type: 'x', content: '9 path=x\n' }), /something/],
  ['a long name of GNU tar', soundBut({ name: '././@LongLink', type: 'L' }), /something else/],
  ['a sparse file of GNU tar', soundBut({ name: own('session-secret'), type: 'S' }), /something/],
  ['a name twice', soundBut({ name: text('1') }, { name: text('1') }), /twice/],
  ['the accounts twice', soundBut(accounts), /"accounts\.json" twice/],
  ['a second manifest', soundBut(manifest(1)), /is no file of a backup/],
  ['a GiB of zeros', soundBut({ name: text('1'), zeros: gibibyte }), /with 1073741824 bytes/],
  ['a size that is a lie', soundBut({ name: text('1'), size: gibibyte }), /with 1073741824 bytes/],
  ['a size behind the end', soundBut({ name: text('1'), size: 1_000_000 }), /is incomplete/],
  ['100,000 files', manyEntries(), /more than 20000 files/],
  ...[
    'history/journal.jsonl',
    'history/pending-confirmation.jsonl',
    'history/running-drill.jsonl',
    'maintenance/VI_1',
    'lock.7',
    'restoring/plan.json',
    'first-password.bak',
  ].map((name): [string, Entry[], RegExp] => [
    `what would make this program act: ${name}`,
    soundBut({ name: own(name), content: '{}' }),
    /which is no file of a backup/,
  ]),
  ['no manifest', [accounts], /is no backup of keepalived-wai/],
  ['a manifest that is late', [accounts, manifest(1)], /is no backup of keepalived-wai/],
  ['a manifest that is none', [{ ...manifest(1), content: 'x' }, accounts], /is damaged/],
  ['a manifest with more in it', [manifest(1, { more: 1 }), accounts], /is damaged/],
  ['a newer format', [manifest(1, { format: 3, more: 1 }), accounts], /has format 3, of a newer/],
  ['fewer files than it says', [manifest(2), accounts], /is incomplete/],
  ['more files than it says', [manifest(1), accounts, { name: text('1') }], /is incomplete/],
  ['no accounts', [manifest(1), { name: text('1') }], /no account of an administrator/],
  [
    'accounts of a newer program',
    [manifest(1), { ...accounts, content: '{"format":3}' }],
    /a file of a newer keepalived-wai/,
  ],
  [
    'accounts without an administrator',
    [manifest(1), { ...accounts, content: '{"format":2,"accounts":[]}' }],
    /no account of an administrator/,
  ],
  ['accounts that are none', [manifest(1), { ...accounts, content: '{' }], /no account of an/],
];

describe('a hostile archive changes nothing', () => {
  for (const [what, entries, refusal] of hostile) {
    it(what, async (context) => {
      const state = await copyRecordedState(context);
      await createPendingConfirmation({ directory: join(state, 'history') }).set(undefined);
      const path = await writeArchive(join(await makeFolder(context), 'backup'), entries);
      const found = await withoutLock(state);
      await assert.rejects(restore(state, path), (error) => {
        assert.ok(error instanceof UserError && error.code === 'backup-unusable', String(error));
        assert.match(error.message, refusal);
        assert.match(error.message, /^[^\n]* Nothing has been changed\.$/);
        return true;
      });
      assert.deepEqual(await withoutLock(state), found);
    });
  }
});

test('a damaged archive changes nothing', async (context) => {
  const state = await copyRecordedState(context);
  const path = join(await makeFolder(context), 'backup');
  await backUp(state, path);
  const whole = await readFile(path);
  await createPendingConfirmation({ directory: join(state, 'history') }).set(undefined);
  const refuse = async (what: string) => {
    const found = await withoutLock(state);
    await assert.rejects(restore(state, path), { code: 'backup-unusable' }, what);
    assert.deepEqual(await withoutLock(state), found, what);
  };

  await context.test('cut off anywhere', async () => {
    for (let length = 0; length < whole.length; length += 1 + Math.floor(whole.length / 60)) {
      await writeFile(path, whole);
      await truncate(path, length);
      await refuse(`${length} bytes`);
    }
    await writeFile(path, whole.subarray(0, -1));
    await refuse('one byte less');
  });

  const saysTheSame = (changed: Buffer) => {
    try {
      return gunzipSync(changed).equals(gunzipSync(whole));
    } catch {
      return false;
    }
  };
  await context.test('changed anywhere', async () => {
    // gzip's own header has bytes that mean nothing: time, flags, system.
    for (let at = 10; at < whole.length; at += 1 + Math.floor(whole.length / 60)) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ 0x10;
      // A bit that only fills up the last byte of the compressed data means nothing.
      if (saysTheSame(changed)) continue;
      await writeFile(path, changed);
      await refuse(`byte ${at}`);
    }
  });

  await context.test('changed within, and packed again', async () => {
    const tar = gunzipSync(whole);
    for (const at of [0, 124, 148, 156, 257]) {
      const changed = Buffer.from(tar);
      changed[512 * 2 + at] = 0x37;
      await writeFile(path, gzipSync(changed));
      await refuse(`byte ${at} of a header`);
    }
    for (const [what, content] of [
      ['something behind the end', Buffer.concat([tar, Buffer.from('more')])],
      ['another archive behind the end', Buffer.concat([tar, tar])],
      ['zeros without end', Buffer.concat([tar, Buffer.alloc(64 * 1024 * 1024)])],
      ['no end', tar.subarray(0, -1024)],
      ['nothing', Buffer.alloc(0)],
    ] as const) {
      await writeFile(path, gzipSync(content));
      await refuse(what);
    }
  });

  await context.test('no archive, no file, or not there', async (subtest) => {
    const found = await withoutLock(state);
    await writeFile(path, 'no archive');
    await refuse('a text');
    const folder = await makeFolder(subtest);
    execFileSync('mkfifo', [join(folder, 'fifo')]);
    await mkdir(join(folder, 'folder'));
    for (const [name, message] of [
      ['fifo', /is no file/],
      ['folder', /is no file/],
      ['nowhere', /cannot be read \(ENOENT\)/],
    ] as const) {
      await assert.rejects(restore(state, join(folder, name)), {
        code: 'backup-unusable',
        message,
      });
    }
    assert.deepEqual(await withoutLock(state), found);
  });

  await context.test('of another program', async (subtest) => {
    const folder = await makeFolder(subtest);
    execFileSync('tar', ['-czf', path, '-C', folder, '.']);
    await refuse('a folder');
    await writeFile(path, whole);
    await restore(state, path);
  });
});

/** The lock leaves a link behind; it belongs to no state. */
async function withoutLock(folder: string): Promise<[string, string][]> {
  const ownFiles = [...(await takeSnapshot(folder))];
  return ownFiles.filter(([name]) => !/^lock\.|^state-format\.json$/.test(name));
}

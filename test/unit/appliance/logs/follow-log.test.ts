import assert from 'node:assert/strict';
import {
  appendFile,
  copyFile,
  mkdtemp,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { createFileLog } from '../../../../server/appliance/logs/file-log.ts';
import { followLog } from '../../../../server/appliance/logs/follow-log.ts';
import { createBlindSpots } from '../../../../server/appliance/watch/blind-spots.ts';
import { eventually } from '../../../lab/eventually.ts';

const line = (text: string) => `Nov 24 13:00:00 server1 Keepalived_vrrp[7]: ${text}\n`;

async function startFollowing(context: TestContext, { exists = true } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'follow-log-'));
  const path = join(folder, 'messages');
  if (exists) await writeFile(path, line('old'));
  const heard: string[] = [];
  const setting = { source: 'file' as const, path };
  const blindSpots = createBlindSpots();
  const hear = (lines: { message: string }[]) => {
    heard.push(...lines.map(({ message }) => message));
  };
  const follower = await followLog(setting, createFileLog(path), hear, blindSpots);
  context.after(async () => {
    await follower.close();
    await rm(folder, { recursive: true });
  });
  const expectHeard = (expected: string[]) =>
    eventually(`${expected.join(', ')}; heard ${heard.join(', ')}`, () =>
      Promise.resolve(heard.join() === expected.join()),
    );
  return { path, heard, expectHeard, follower, blindSpots };
}

test('only new lines, only keepalived’s, and not those that we cause', async (context) => {
  const { path, expectHeard } = await startFollowing(context);
  await appendFile(path, 'Nov 24 13:00:00 server1 sshd[9]: Keepalived?\n' + line('one'));
  await appendFile(path, line('Printing VRRP as json for process(7) on signal') + line('two'));
  await expectHeard(['one', 'two']);
});

test('a line is reported when it is whole', async (context) => {
  const { path, heard, expectHeard } = await startFollowing(context);
  const text = line('one');
  await appendFile(path, text.slice(0, 30));
  await appendFile(path, text.slice(30, -1));
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.deepEqual(heard, []);
  await appendFile(path, '\n');
  await expectHeard(['one']);
});

test('renamed: the old file is read on, as the log daemon writes into it for a while', async (context) => {
  const { path, expectHeard } = await startFollowing(context);
  await appendFile(path, line('one'));
  await rename(path, `${path}.1`);
  await appendFile(`${path}.1`, line('two'));
  await writeFile(path, line('three'));
  await expectHeard(['one', 'two', 'three']);
  await appendFile(`${path}.1`, line('four'));
  await expectHeard(['one', 'two', 'three', 'four']);
  await appendFile(path, line('five'));
  await expectHeard(['one', 'two', 'three', 'four', 'five']);
});

test('copied and truncated: the file is read from its start', async (context) => {
  const { path, expectHeard } = await startFollowing(context);
  await appendFile(path, line('one'));
  await expectHeard(['one']);
  await copyFile(path, `${path}.1`);
  await truncate(path);
  await appendFile(path, line('two'));
  await expectHeard(['one', 'two']);
});

test('truncated, and longer than before when it is looked at', async (context) => {
  const { path, expectHeard } = await startFollowing(context);
  await appendFile(path, line('one'));
  await expectHeard(['one']);
  await writeFile(path, line('first') + line('second') + line('third') + line('fourth'));
  await expectHeard(['one', 'first', 'second', 'third', 'fourth']);
});

test('a file that does not exist yet is read from its start', async (context) => {
  const { path, expectHeard } = await startFollowing(context, { exists: false });
  await writeFile(path, line('one'));
  await expectHeard(['one']);
});

test('a line of a megabyte and bytes that are no UTF-8 do no harm', async (context) => {
  const { path, expectHeard } = await startFollowing(context);
  await appendFile(path, `${'x'.repeat(1024 * 1024)}\n`);
  await appendFile(
    path,
    Buffer.concat([Buffer.from([0xff, 0xfe, 0x0a]), Buffer.from(line('one'))]),
  );
  await expectHeard(['one']);
});

test('nothing is lost of ten thousand lines through ten rotations', async (context) => {
  const { path, heard } = await startFollowing(context);
  const expected: string[] = [];
  const write = async (file: string, prefix: string) => {
    const texts = Array.from({ length: 500 }, (_, index) => `${prefix}.${index}`);
    expected.push(...texts);
    await appendFile(file, texts.map(line).join(''));
  };
  for (let rotation = 0; rotation < 10; rotation++) {
    await write(path, `${rotation} before`);
    await rename(path, `${path}.${rotation}`);
    await write(`${path}.${rotation}`, `${rotation} after`);
    await write(path, `${rotation} new`);
    await eventually('all lines', () => heard.length >= expected.length);
  }
  assert.deepEqual(heard, expected);
});

test('closed, it tells nothing more', async (context) => {
  const { path, heard, follower } = await startFollowing(context);
  await follower.close();
  await appendFile(path, line('one'));
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.deepEqual(heard, []);
});

test('a file that can’t be read is reported as blind, until it can', async (context) => {
  const { path, expectHeard, blindSpots } = await startFollowing(context);
  await rm(path);
  await symlink(path, path);
  const [sentence] = await eventually('a blind spot', () => {
    const spots = blindSpots.list();
    return spots.length > 0 && spots;
  });
  assert.match(
    sentence ?? '',
    /cannot follow keepalived’s log: .*messages can’t be read \(ELOOP\)/,
  );
  await rm(path);
  await writeFile(path, line('one'));
  await expectHeard(['one']);
  await eventually('sight', () => blindSpots.list().length === 0);
});

test('a search for the log that fails is not the last one', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'follow-log-'));
  const path = join(folder, 'messages');
  await writeFile(path, '');
  let searches = 0;
  const heard: string[] = [];
  const blindSpots = createBlindSpots();
  const log = {
    read: () => {
      searches += 1;
      if (searches <= 2) return Promise.reject(new Error('no file descriptor is left'));
      return Promise.resolve({ ok: true as const, source: path, lines: [], reachedStart: true });
    },
  };
  const hear = (lines: { message: string }[]) => {
    heard.push(...lines.map(({ message }) => message));
  };
  const follower = await followLog({ source: 'auto' }, log, hear, blindSpots);
  context.after(async () => {
    await follower.close();
    await rm(folder, { recursive: true });
  });
  assert.match(blindSpots.list().join(), /follow keepalived’s log: no file descriptor is left/);
  await eventually('sight', () => blindSpots.list().length === 0);
  await appendFile(path, line('one'));
  await eventually('the line', () => heard.join() === 'one');
});

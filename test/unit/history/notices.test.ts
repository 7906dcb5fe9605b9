import assert from 'node:assert/strict';
import { rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openNotices } from '../../../server/history/notices.ts';
import { makeFolder } from './run-child.ts';

describe('notices', () => {
  it('stay over a restart until they are dismissed, and are not repeated', async (context) => {
    const directory = await makeFolder(context);
    const notices = await openNotices({ directory, clock: () => 1000 });
    const first = await notices.add('info', 'It was finished.');
    assert.equal(await notices.add('info', 'It was finished.'), first);
    await notices.add('critical', 'It needs you.');
    assert.equal((await stat(join(directory, 'notices.jsonl'))).mode & 0o777, 0o600);

    const reopened = await openNotices({ directory });
    assert.deepEqual(
      reopened.list().map(({ atMs, severity, sentence }) => [atMs, severity, sentence]),
      [
        [1000, 'critical', 'It needs you.'],
        [1000, 'info', 'It was finished.'],
      ],
    );
    await reopened.settle();
    assert.deepEqual(
      reopened.list().map(({ severity }) => severity),
      ['info'],
    );
    await reopened.dismiss(first);
    await reopened.dismiss(first);
    assert.deepEqual((await openNotices({ directory })).list(), []);
  });

  it('are reported also where they cannot be written', async (context) => {
    const directory = await makeFolder(context);
    await rm(directory, { recursive: true });
    await writeFile(directory, 'no folder');
    const notices = await openNotices({ directory: join(directory, 'state') }).catch(
      () => undefined,
    );
    assert.equal(notices, undefined, 'what is no folder cannot be read either');
    await rm(directory);
    const opened = await openNotices({ directory });
    await writeFile(directory, 'no folder');
    await opened.add('critical', 'It needs you.');
    assert.equal(opened.list().length, 1);
  });

  it('are bounded: the oldest go first', async (context) => {
    const notices = await openNotices({ directory: await makeFolder(context) });
    for (let number = 1; number <= 25; number += 1) await notices.add('info', `Notice ${number}`);
    const sentences = notices.list().map(({ sentence }) => sentence);
    assert.deepEqual(
      [sentences.length, sentences[0], sentences[19]],
      [20, 'Notice 25', 'Notice 6'],
    );
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { buildChild, makeFolder, runToEnd } from './run-child.ts';

/** Runs a scenario of child.ts in a small file system that only it sees, after a shell's command. */
async function runInSmallFolder(context: TestContext, scenario: string, prepare: string) {
  const program = await buildChild(context);
  const folder = await makeFolder(context);
  const { lines } = await runToEnd(
    'unshare',
    ...['--mount', '--propagation', 'private', 'sh', '-c'],
    `mount -t tmpfs -o size=128k tmpfs "$0" && ${prepare} && exec "$@"`,
    ...[folder, process.execPath, program, scenario, folder],
  );
  return lines;
}

describe('a full disk', () => {
  it('is named, leaves nothing half written, and stops no transaction that has begun', async (context) => {
    const lines = await runInSmallFolder(context, 'fullDisk', 'true');
    assert.deepEqual(JSON.parse(lines[0] ?? ''), {
      newText: 'history-full',
      knownText: 'history-full',
      begin: 'history-full',
      confirmation: 'history-full',
      record: 'done',
      texts: ['third', 'first'],
      files: 2,
    });
  });
});

describe('a read-only disk', () => {
  it('is named', async (context) => {
    const prepare = 'mkdir "$0/history" && mount -o remount,ro "$0"';
    assert.deepEqual(await runInSmallFolder(context, 'open', prepare), ['history-read-only']);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { buildChild, makeFolder, runToEnd } from './run-child.ts';

describe('a full disk', () => {
  it('is named, leaves nothing half written, and stops no transaction that has begun', async (context) => {
    const program = await buildChild(context);
    const folder = await makeFolder(context);
    const { lines } = await runToEnd(
      'unshare',
      ...['--mount', '--propagation', 'private', 'sh', '-c'],
      'mount -t tmpfs -o size=128k tmpfs "$0" && exec "$@"',
      ...[folder, process.execPath, program, 'fullDisk', folder],
    );
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

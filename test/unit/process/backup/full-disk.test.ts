import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { copyRecordedState } from '../../../state-folder.ts';
import { buildChild, runToEnd } from '../../history/run-child.ts';
import { backUp, makeFolder } from './archives.ts';

test('a full disk is named, and leaves neither half a backup nor half a restore', async (context) => {
  const state = await copyRecordedState(context);
  const folder = await makeFolder(context);
  const backup = join(folder, 'backup');
  await backUp(state, backup);
  const small = await makeFolder(context);
  const { lines } = await runToEnd(
    'unshare',
    ...['--mount', '--propagation', 'private', 'sh', '-c'],
    'mount -t tmpfs -o size=24k tmpfs "$0" && exec "$@"',
    ...[small, process.execPath],
    await buildChild(context, new URL('./full-disk-child.ts', import.meta.url)),
    ...[state, backup, small],
  );
  const told = JSON.parse(lines[0] ?? '') as {
    ofBackup: string;
    ofRestore: string;
    left: string[];
    names: string[];
  };
  assert.match(told.ofBackup, /^backup-place: .* cannot be written \(ENOSPC\)\./);
  assert.deepEqual(told.left, ['filler']);
  assert.match(told.ofRestore, /^restore-full: There is no space left .* changed\.$/);
  const names = told.names.filter((name) => !name.startsWith('lock.'));
  assert.deepEqual(names, ['state-format.json']);
});

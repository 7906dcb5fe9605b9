import { chmod, chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { makeFolder } from '../history/run-child.ts';
import { addressesOf, configPathOf, writeDaemonFile } from './simulated-machine.ts';
import { oldText } from './simulated-parts.ts';
import type { Scenario } from './simulated-parts.ts';

/** A folder with an old configuration that a daemon runs, and that the history does not know. */
export async function prepare(context: TestContext, scenario: Scenario): Promise<string> {
  const folder = await makeFolder(context);
  await mkdir(join(folder, 'etc'));
  await mkdir(join(folder, 'state'));
  const path = configPathOf(folder);
  await writeFile(path, oldText);
  await chmod(path, 0o604);
  await chown(path, 1234, 2345);
  writeDaemonFile(folder, {
    ...{ running: scenario !== 'stopped', pid: 100, loaded: oldText, log: [] },
    held: scenario === 'stopped' ? [] : addressesOf(oldText),
  });
  return folder;
}

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import type { ApplyDependencies } from '../../server/operations/dependencies.ts';
import {
  addressesOf,
  configPathOf,
  readDaemonFile,
  writeDaemonFile,
} from '../unit/operations/simulated-machine.ts';
import {
  createSimulatedParts,
  newTexts,
  oldText,
  readConfiguration,
  saveText,
  textOf,
} from '../unit/operations/simulated-parts.ts';
import { inPrivateNamespaces } from './private-namespaces.ts';

const pageBytes = 4096;
const etcBytes = 32 * pageBytes;
const stateBytes = 64 * pageBytes;

/** A machine whose configuration and whose history are on small disks of their own. */
async function makeMachine(
  context: TestContext,
): Promise<{ folder: string; parts: ApplyDependencies }> {
  const folder = mkdtempSync(join(tmpdir(), 'apply-bad-disk-'));
  const [etc, state] = [join(folder, 'etc'), join(folder, 'state')];
  context.after(() => {
    spawnSync('chattr', ['-R', '-i', etc]);
    spawnSync('umount', [etc]);
    spawnSync('umount', [state]);
    rmSync(folder, { recursive: true, force: true });
  });
  mountTmpfs(etc, etcBytes);
  mountTmpfs(state, stateBytes);
  writeFileSync(configPathOf(folder), oldText, { mode: 0o640 });
  chmodSync(configPathOf(folder), 0o604);
  const held = addressesOf(oldText);
  writeDaemonFile(folder, { running: true, pid: 100, loaded: oldText, held, log: [] });
  return { folder, parts: await createSimulatedParts(folder) };
}

function mountTmpfs(folder: string, bytes: number): void {
  mkdirSync(folder);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `mode=0700,size=${bytes}`, 'tmpfs', folder]);
}

/** Leaves so much space, and no more. @returns what frees the rest again */
function fill(folder: string, freeBytes: number): () => void {
  const path = join(folder, 'filler');
  const available = execFileSync('df', ['--output=avail', '-B1', folder], { encoding: 'utf8' });
  const bytes = Number(available.split('\n')[1]) - freeBytes;
  writeFileSync(path, Buffer.alloc(Math.max(0, bytes)));
  return () => {
    rmSync(path);
  };
}

function assertUnchanged(folder: string, story: string): void {
  assert.equal(readConfiguration(folder), oldText, story);
  assert.equal(readDaemonFile(folder).loaded, oldText, story);
  assert.deepEqual(readdirSync(join(folder, 'etc')), ['keepalived.conf'], story);
}

async function newestOutcome({ versions }: ApplyDependencies): Promise<string | undefined> {
  return (await versions.list('live'))[0]?.outcome;
}

if (inPrivateNamespaces(import.meta.url)) {
  test('a full disk of the configuration: nothing is changed, and it is said what to do', async (context) => {
    const { folder, parts } = await makeMachine(context);
    // More than a page of it, so that there are several writes that can fail.
    const text = textOf(`# ${'long '.repeat(2000)}`);
    for (const freePages of [0, 1, 2]) {
      const free = fill(join(folder, 'etc'), freePages * pageBytes);
      const outcome = await saveText(parts, text);
      free();
      assert.equal(outcome.kind, 'failed', `${freePages} pages: ${JSON.stringify(outcome)}`);
      assert.match(
        outcome.message,
        /is full\. Free some space, then save again\. The file is as it was\.$/,
      );
      assertUnchanged(folder, `${freePages} pages`);
      assert.equal(await newestOutcome(parts), 'failed');
    }
    assert.equal((await saveText(parts, text)).kind, 'live');
  });

  test('a full disk of the history, at whatever write: all or nothing, and the next save works', async (context) => {
    const { folder, parts } = await makeMachine(context);
    const outcomes = new Set<string>();
    for (let freePages = 0; freePages <= 8; freePages += 1) {
      const story = `${freePages} pages`;
      const before = readConfiguration(folder);
      const text = textOf(`# ${freePages} ${'long '.repeat(1000)}`);
      const free = fill(join(folder, 'state'), freePages * pageBytes);
      const outcome = await saveText(parts, text);
      free();
      outcomes.add(outcome.kind);
      if (outcome.kind === 'failed') {
        assert.match(outcome.message, /There is no space left for .*Free some space/, story);
        assert.match(outcome.message, /The configuration was not changed\.$/, story);
      } else {
        assert.equal(outcome.kind, 'live', JSON.stringify(outcome));
      }
      const expected = outcome.kind === 'failed' ? before : text;
      assert.equal(readConfiguration(folder), expected, story);
      assert.equal(readDaemonFile(folder).loaded, expected, story);

      const next = textOf(`# next ${freePages}`);
      assert.equal((await saveText(parts, next)).kind, 'live', story);
      assert.equal(await newestOutcome(parts), 'live', story);
      assert.equal(await parts.journal.findUnfinished(), undefined, story);
    }
    assert.deepEqual([...outcomes].sort(), ['failed', 'live']);
  });

  test('a configuration folder that is read-only', async (context) => {
    const { folder, parts } = await makeMachine(context);
    execFileSync('mount', ['-o', 'remount,ro', join(folder, 'etc')]);
    const outcome = await saveText(parts, newTexts.live);
    assert.equal(outcome.kind, 'failed');
    assert.match(outcome.message, /read-only file system\. Mount it writable, then save again\./);
    assertUnchanged(folder, 'read-only');
    assert.equal(await parts.journal.findUnfinished(), undefined);
  });

  test('a history that is read-only', async (context) => {
    const { folder, parts } = await makeMachine(context);
    execFileSync('mount', ['-o', 'remount,ro', join(folder, 'state')]);
    const outcome = await saveText(parts, newTexts.live);
    assert.equal(outcome.kind, 'failed');
    assert.match(outcome.message, /mounted read-only.*Make it writable and try again\./);
    assertUnchanged(folder, 'read-only');
  });

  test('an immutable file', async (context) => {
    const { folder, parts } = await makeMachine(context);
    execFileSync('chattr', ['+i', configPathOf(folder)]);
    const outcome = await saveText(parts, newTexts.live);
    assert.equal(outcome.kind, 'failed');
    assert.match(outcome.message, /Check `lsattr .*` for the immutable flag/);
    assertUnchanged(folder, 'immutable');
    assert.equal(await newestOutcome(parts), 'failed');
  });

  test('a symbolic link in the place of the file is not followed', async (context) => {
    const { folder, parts } = await makeMachine(context);
    const target = join(folder, 'target');
    writeFileSync(target, oldText);
    rmSync(configPathOf(folder));
    symlinkSync(target, configPathOf(folder));
    const outcome = await saveText(parts, newTexts.live);
    assert.equal(outcome.kind, 'failed');
    assert.match(outcome.message, /is a symbolic link\. Replace it by a regular file/);
    assert.equal(readConfiguration(folder), oldText);
    assert.equal(readDaemonFile(folder).loaded, oldText);
  });

  test('a race that is lost while the file is tested', async (context) => {
    const { folder, parts } = await makeMachine(context);
    const theirs = textOf('# theirs');
    const racing = {
      ...parts,
      appliance: {
        ...parts.appliance,
        testConfiguration(id: string, text: string) {
          writeFileSync(configPathOf(folder), theirs);
          return parts.appliance.testConfiguration(id, text);
        },
      },
    };
    const outcome = await saveText(racing, newTexts.live);
    assert.equal(outcome.kind, 'conflict');
    assert.equal(outcome.currentText, theirs);
    assert.equal(readConfiguration(folder), theirs);
    assert.equal(readDaemonFile(folder).loaded, oldText);
    assert.equal(await newestOutcome(parts), 'conflict');
  });

  test('a disk that fills before the previous file is restored: reported once, with what is where', async (context) => {
    const { folder, parts } = await makeMachine(context);
    const filling = {
      ...parts,
      appliance: {
        ...parts.appliance,
        async controlService(service: string, action: 'start' | 'stop' | 'restart' | 'reload') {
          const report = await parts.appliance.controlService(service, action);
          fill(join(folder, 'etc'), 0);
          return report;
        },
      },
    };
    const outcome = await saveText(filling, newTexts.faulty);
    assert.equal(outcome.kind, 'restore-failed', JSON.stringify(outcome));
    assert.match(
      outcome.message,
      /VI_1 went into FAULT.*The previous version, which is in the history, could not be restored: The disk .* is full.*keepalived is running \(pid 100\)\./,
    );
    assert.equal(readConfiguration(folder), newTexts.faulty);
    assert.deepEqual(
      parts.notices.list().map(({ severity, sentence }) => [severity, sentence]),
      [['critical', outcome.message]],
    );
    assert.equal(await newestOutcome(parts), 'failed');
    rmSync(join(folder, 'etc/filler'));
    assert.equal((await saveText(parts, oldText)).kind, 'live');
    assert.deepEqual(parts.notices.list(), []);
  });
}

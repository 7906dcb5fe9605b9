/** What a start makes of each change that was interrupted: by its last step and by what is there now. */
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import type { Appliance } from '../../../../server/appliance/appliance.ts';
import type { TransactionIntent, TransactionStep } from '../../../../server/history/journal.ts';
import { recoverConfiguration } from '../../../../server/operations/recovery/recover-configuration.ts';
import { describeInterruption } from '../../../../server/operations/recovery/recovery-actions.ts';
import { UserError } from '../../../../server/shared/errors.ts';
import { createTag } from '../../../../server/shared/tag.ts';
import { prepare } from '../simulated-folder.ts';
import { configPathOf, readDaemonFile, writeDaemonFile } from '../simulated-machine.ts';
import {
  createSimulatedParts,
  newTexts,
  oldText,
  readConfiguration,
  textOf,
} from '../simulated-parts.ts';

interface Interruption {
  last?: TransactionStep;
  /** What is in the file now; null: there is no file. */
  now: string | null;
  newText?: string;
  /** What keepalived runs now; undefined: it does not run. */
  runs?: string | undefined;
  /** Whether keepalived ran when the change began. */
  ran?: boolean;
  fileId?: string;
  action?: string;
  hasOld?: boolean;
  /** Whether the machine has booted since. */
  isBooted?: boolean;
  machine?: (appliance: Appliance) => Partial<Appliance>;
}

const theirs = textOf('# theirs');
const hourMs = 3_600_000;

/** @returns what is told, what is in the file, what became of the version, what keepalived runs */
async function interrupt(context: TestContext, interruption: Interruption) {
  const { last, now, newText = newTexts.live, runs, ran = true, isBooted = false } = interruption;
  const { fileId = 'live', action = 'edit', hasOld = true, machine = () => ({}) } = interruption;
  const folder = await prepare(context, runs === undefined ? 'stopped' : 'live');
  const parts = await createSimulatedParts(folder);
  const daemon = readDaemonFile(folder);
  if (runs !== undefined) writeDaemonFile(folder, { ...daemon, loaded: runs });
  const path = configPathOf(folder);
  const who = { fileId, path, userName: 'admin', remoteAddress: '10.0.0.9' };
  const keep = (text: string, outcome: 'live' | 'pending') =>
    parts.versions.keep({
      ...{ ...who, text, tag: createTag(text), action: 'edit', comment: '', outcome },
    });
  const old = await keep(oldText, 'live');
  const isReload = action === 'reload';
  const version = isReload ? old : await keep(newText, 'pending');
  const transaction = await parts.journal.begin({
    ...{ ...who, action, id: 'one', startedAtMs: Date.now() },
    ...{ oldTag: hasOld ? createTag(oldText) : null, oldVersionId: hasOld ? old.id : null },
    ...{ newTag: version.tag, newVersionId: version.id },
    daemonPid: ran ? daemon.pid : undefined,
  });
  if (last) await transaction.record(last);
  if (now === null) rmSync(path);
  else writeFileSync(path, now);
  const { appliance } = parts;
  const changed = { ...appliance, ...machine(appliance) };
  await recoverConfiguration(
    { ...parts, appliance: changed },
    { bootedAtMs: Date.now() + (isBooted ? hourMs : -hourMs) },
  );
  const after = readDaemonFile(folder);
  const outcomes = (await parts.versions.list()).filter(({ id }) => id === version.id);
  return {
    told: parts.notices
      .list()
      .map(({ severity, sentence }) => `${severity}: ${sentence.replaceAll(path, 'FILE')}`),
    text: now === null ? null : readConfiguration(folder),
    outcome: outcomes[0]?.outcome,
    runs: after.running ? after.loaded : undefined,
    commands: after.log.filter((line) => line.includes('Reloading')).length,
    isOpen: (await parts.journal.findUnfinished()) !== undefined,
  };
}

const intro =
  'A change to FILE by admin from 10.0.0.9 (edit) was interrupted when this program ended.';

describe('a change that had not begun to write', () => {
  it('changed nothing, and says so', async (context) => {
    for (const last of [undefined, 'tested', 'kept'] as const) {
      const result = await interrupt(context, {
        ...(last && { last }),
        now: oldText,
        runs: oldText,
      });
      assert.deepEqual(result, {
        told: [`info: ${intro} Nothing was changed. The new version is in the history.`],
        ...{ text: oldText, outcome: 'failed', runs: oldText, commands: 0, isOpen: false },
      });
    }
  });

  it('is asked about where somebody else wrote the file', async (context) => {
    const result = await interrupt(context, { last: 'kept', now: theirs, runs: oldText });
    assert.match(
      result.told.join('\n'),
      /^critical: A change .* FILE is now neither the old file nor the new one: .* Nothing was overwritten.* click Reload keepalived\.$/,
    );
    assert.deepEqual([result.text, result.outcome, result.runs], [theirs, 'conflict', oldText]);
    assert.deepEqual([result.commands, result.isOpen], [0, false]);
  });
});

describe('a new file that keepalived was not surely told of', () => {
  it('is taken back, and the old one proved', async (context) => {
    for (const last of ['installing', 'installed', 'reloading', 'restoring'] as const) {
      const result = await interrupt(context, { last, now: newTexts.live, runs: oldText });
      assert.deepEqual(result, {
        told: [
          `info: ${intro} The previous configuration is running again. The new version is in the history.`,
        ],
        ...{ text: oldText, outcome: 'restored', runs: oldText, commands: 1, isOpen: false },
      });
    }
  });

  it('is taken back without a word to keepalived, where keepalived has nothing to do with it', async (context) => {
    for (const [scene, runs] of [
      [{ fileId: 'stored-master' }, oldText],
      [{ ran: false }, undefined],
    ] as const) {
      const result = await interrupt(context, {
        ...{ last: 'installed', now: newTexts.live, runs, ...scene },
        // The stored file is read and written where the live one is.
        machine: (appliance) => ({
          readConfigurationFile: () => appliance.readConfigurationFile('live'),
          replaceConfigurationFile: (_id, change) =>
            appliance.replaceConfigurationFile('live', change),
        }),
      });
      assert.deepEqual(result, {
        told: [
          `info: ${intro} The previous file is in place again. The new version is in the history.`,
        ],
        ...{ text: oldText, outcome: 'restored', runs, commands: 0, isOpen: false },
      });
    }
  });

  it('stays where the old one cannot be put back, and that is told', async (context) => {
    const failing = () =>
      Promise.resolve({ outcome: 'failed', code: 'ENOSPC', message: 'The disk is full.' } as const);
    const result = await interrupt(context, {
      ...{ last: 'installed', now: newTexts.live, ran: false },
      machine: () => ({ replaceConfigurationFile: failing }),
    });
    assert.deepEqual(result.told, [
      `critical: ${intro} The previous version, which is in the history, could not be restored: The disk is full.`,
    ]);
    assert.deepEqual([result.text, result.outcome], [newTexts.live, 'failed']);
  });

  it('is finished where there was no file before', async (context) => {
    const result = await interrupt(context, {
      ...{ last: 'installed', now: newTexts.live, hasOld: false, ran: false },
    });
    assert.deepEqual(result.told, [`info: ${intro} The new file is in place.`]);
    assert.deepEqual(
      [result.text, result.outcome, result.runs],
      [newTexts.live, 'saved', undefined],
    );
  });
});

describe('a new file that keepalived was told of', () => {
  it('is proved as if nothing had happened', async (context) => {
    for (const last of ['proving', 'finished'] as const) {
      const result = await interrupt(context, { last, now: newTexts.live, runs: newTexts.live });
      assert.deepEqual(result, {
        told: [`info: ${intro} The change is complete: keepalived runs with the new file.`],
        ...{
          text: newTexts.live,
          outcome: 'live',
          runs: newTexts.live,
          commands: 0,
          isOpen: false,
        },
      });
    }
  });

  it('that does not work is taken back', async (context) => {
    const newText = textOf('priority 55');
    const result = await interrupt(context, {
      ...{ last: 'proving', newText, now: newText, runs: oldText },
    });
    assert.match(
      result.told.join('\n'),
      /^info: A change .* The new configuration did not work: VI_1 runs .* The previous configuration is running again\. The new version is in the history\.$/,
    );
    assert.deepEqual([result.text, result.outcome, result.runs], [oldText, 'restored', oldText]);
  });

  it('that was proved stays where keepalived has ended since', async (context) => {
    const result = await interrupt(context, { last: 'finished', now: newTexts.live });
    assert.deepEqual(result.told, [`info: ${intro} The new file is in place.`]);
    assert.deepEqual([result.outcome, result.runs], ['live', undefined]);
  });

  it('that was not proved is taken back where keepalived has ended, and may not be started', async (context) => {
    const result = await interrupt(context, {
      last: 'proving',
      now: newTexts.live,
      isBooted: true,
    });
    assert.match(result.told.join('\n'), /^info: A change .* again\. keepalived is not running\. /);
    assert.deepEqual([result.text, result.outcome, result.runs], [oldText, 'restored', undefined]);
  });

  it('where the old one is back already is only ended', async (context) => {
    const result = await interrupt(context, { last: 'restored', now: oldText, runs: oldText });
    assert.deepEqual(result, {
      told: [`info: ${intro} The previous file is in place. The new version is in the history.`],
      ...{ text: oldText, outcome: 'restored', runs: oldText, commands: 0, isOpen: false },
    });
  });
});

describe('an interrupted reload', () => {
  it('wrote nothing: its version stays what it was', async (context) => {
    const result = await interrupt(context, { action: 'reload', now: oldText, runs: oldText });
    assert.match(
      result.told.join('\n'),
      /\(reload\) was interrupted when this program ended\. .*as it was/,
    );
    assert.deepEqual([result.text, result.outcome, result.isOpen], [oldText, 'live', false]);
  });
});

describe('what cannot be seen', () => {
  it('of keepalived leaves the change as it is, for the next start', async (context) => {
    const machine = () => ({
      readDaemon: () =>
        Promise.resolve({ state: 'unknown', reason: '/proc cannot be read' } as const),
    });
    const result = await interrupt(context, { last: 'proving', now: newTexts.live, machine });
    assert.match(
      result.told.join('\n'),
      /^critical: A change .*\/proc cannot be read.* The change was left as it is\. Remove the cause, then restart this program\.$/,
    );
    assert.deepEqual([result.text, result.isOpen], [newTexts.live, true]);
  });

  it('of the file is asked about; a missing one is seen', async (context) => {
    const unreadable: Interruption['machine'] = (appliance) => ({
      async readConfigurationFile(id) {
        const content = await appliance.readConfigurationFile(id);
        const { path } = content;
        return { ok: false, id, path, problem: 'unreadable', message: 'It cannot be read.' };
      },
    });
    const blind = await interrupt(context, {
      ...{ last: 'installing', now: oldText, runs: oldText, machine: unreadable },
    });
    assert.deepEqual([blind.outcome, blind.text], ['conflict', oldText]);
    const gone = await interrupt(context, { last: 'kept', now: null, hasOld: false, ran: false });
    assert.match(gone.told.join('\n'), /Nothing was changed/);
    assert.equal(gone.outcome, 'failed');
  });

  it('of the journal is told, and nothing is done', async (context) => {
    const folder = await prepare(context, 'live');
    const parts = await createSimulatedParts(folder);
    const pending = await parts.versions.keep({
      ...{ fileId: 'live', path: '/x', text: 'x', tag: createTag('x'), userName: 'admin' },
      ...{ remoteAddress: 'unix', action: 'edit', comment: '', outcome: 'pending' },
    });
    const damaged = () => Promise.reject(new UserError('journal-damaged', 'It is damaged.'));
    const journal = { ...parts.journal, findUnfinished: damaged };
    await recoverConfiguration({ ...parts, journal }, { bootedAtMs: 0 });
    assert.deepEqual(
      parts.notices.list().map(({ severity, sentence }) => [severity, sentence]),
      [['critical', 'It is damaged.']],
    );
    assert.equal((await parts.versions.list('live'))[0]?.outcome, 'pending');
    // Without an open transaction, what still waits was never written.
    await recoverConfiguration(parts, { bootedAtMs: 0 });
    assert.equal((await parts.versions.read(pending.id))?.record.outcome, 'failed');
    const error = new Error('of ours');
    const broken = { ...parts.journal, findUnfinished: () => Promise.reject(error) };
    await assert.rejects(
      recoverConfiguration({ ...parts, journal: broken }, { bootedAtMs: 0 }),
      error,
    );
  });
});

describe('the words for it', () => {
  const intent: TransactionIntent = {
    ...{ id: 'one', fileId: 'live', path: '/etc/x', oldTag: null, newTag: 'b', action: 'edit' },
    ...{ oldVersionId: null, newVersionId: 'v', startedAtMs: 0, daemonPid: undefined },
    ...{ userName: 'admin', remoteAddress: '10.0.0.9' },
  };

  it('name who made the change, and from where, as far as that is known', () => {
    const words = (changes: Partial<TransactionIntent>) =>
      describeInterruption({ ...intent, ...changes }, 'within-program');
    assert.equal(words({}), 'A change to /etc/x by admin from 10.0.0.9 (edit) was interrupted.');
    const unknown = 'A change to /etc/x by admin (edit) was interrupted.';
    assert.equal(words({ remoteAddress: undefined }), unknown);
    assert.equal(words({ remoteAddress: 'none' }), unknown);
    assert.equal(words({ userName: '' }), 'A change to /etc/x (edit) was interrupted.');
    assert.match(describeInterruption(intent, 'end-of-program'), / when this program ended\.$/);
  });
});

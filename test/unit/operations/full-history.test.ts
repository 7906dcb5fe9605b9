/** The disk of the history fills once a save has begun; the program goes on, and so does the next save. */
import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import type { TransactionIntent } from '../../../server/history/journal.ts';
import type { ApplyDependencies } from '../../../server/operations/dependencies.ts';
import { describeInterruption } from '../../../server/operations/recovery/recovery-actions.ts';
import { controlKeepalived } from '../../../server/operations/service/service-control.ts';
import { UserError } from '../../../server/shared/errors.ts';
import { prepare } from './simulated-folder.ts';
import { readDaemonFile } from './simulated-machine.ts';
import {
  createSimulatedParts,
  newTexts,
  oldText,
  readConfiguration,
  saveText,
  textOf,
} from './simulated-parts.ts';

const full = () => Promise.reject(new UserError('history-full', 'It is full.'));

/** Nothing can be written of the save that begins, from when its file is about to be installed. */
function fillAfterBegin(parts: ApplyDependencies, alsoTheHistory: boolean): ApplyDependencies {
  const { journal, versions } = parts;
  return {
    ...parts,
    ...(alsoTheHistory && { versions: { ...versions, setOutcome: full } }),
    journal: {
      ...journal,
      async begin(intent) {
        const transaction = await journal.begin(intent);
        const record: typeof transaction.record = (step) =>
          step === 'installing' ? transaction.record(step) : full();
        return { ...transaction, record, end: full };
      },
    },
  };
}

describe('a save whose steps could not be recorded', () => {
  it('stays what it was told to be: the next one neither takes it back nor tells of a conflict', async (context) => {
    const folder = await prepare(context, 'live');
    const parts = await createSimulatedParts(folder);
    assert.equal((await saveText(fillAfterBegin(parts, false), newTexts.live)).kind, 'live');
    const next = await saveText(parts, textOf('# next'));
    assert.equal(next.kind, 'live', JSON.stringify(next));
    const outcomes = (await parts.versions.list('live')).map(({ outcome }) => outcome);
    assert.deepEqual(outcomes.slice(0, 2), ['live', 'live']);
    assert.deepEqual(parts.notices.list(), []);
  });

  it('is proved again by the next one, where the history does not know either', async (context) => {
    const folder = await prepare(context, 'live');
    const parts = await createSimulatedParts(folder);
    assert.equal((await saveText(fillAfterBegin(parts, true), newTexts.live)).kind, 'live');
    const next = await saveText(parts, textOf('# next'));
    assert.equal(next.kind, 'live', JSON.stringify(next));
    const outcomes = (await parts.versions.list('live')).map(({ outcome }) => outcome);
    assert.deepEqual(outcomes.slice(0, 2), ['live', 'live']);
    assert.match(
      parts.notices
        .list()
        .map(({ sentence }) => sentence)
        .join(),
      /^A change to \S+ by admin from unix \(edit\) was interrupted\. The change is complete: [^.]+ the new file\.$/,
    );
  });

  it('that was rolled back stays so', async (context) => {
    const folder = await prepare(context, 'faulty');
    const parts = await createSimulatedParts(folder);
    assert.equal((await saveText(fillAfterBegin(parts, true), newTexts.faulty)).kind, 'restored');
    const { log } = readDaemonFile(folder);
    assert.equal((await saveText(parts, oldText)).kind, 'live');
    assert.equal(readConfiguration(folder), oldText);
    assert.equal(readDaemonFile(folder).log.length, log.length + 2, 'one reload: that of the save');
    const [, taken] = await parts.versions.list('live');
    assert.equal(taken?.outcome, 'restored');
  });
});

test('a reload that is interrupted is reported with who asked for it, not of who saved the file', async (context) => {
  const folder = await prepare(context, 'live');
  const parts = await createSimulatedParts(folder);
  assert.equal((await saveText(parts, newTexts.live)).kind, 'live');
  const intents: TransactionIntent[] = [];
  const { journal } = parts;
  const watched = {
    ...parts,
    journal: {
      ...journal,
      begin: (intent: TransactionIntent) => (intents.push(intent), journal.begin(intent)),
    },
  };
  const actor = { userName: 'maria', remoteAddress: '192.0.2.7' };
  const outcome = await controlKeepalived(watched, 'reload', { actor });
  assert.ok(outcome.ok, outcome.sentence);
  const [intent] = intents;
  assert.ok(intent);
  assert.match(
    describeInterruption(intent, 'end-of-program'),
    /^A change to \S+ by maria from 192\.0\.2\.7 \(reload\) was interrupted when this program ended\.$/,
  );
});

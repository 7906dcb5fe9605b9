import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TransactionStep } from '../../../server/history/journal.ts';
import { decideRecovery } from '../../../server/history/recovery.ts';
import type { RecoveryDecision } from '../../../server/history/recovery.ts';
import { intent, createTag } from './samples.ts';

type Row = [
  lastStep: TransactionStep | undefined,
  old: RecoveryDecision,
  current: RecoveryDecision,
  third: RecoveryDecision,
];

/** The last step in the journal, and what to do if the file is now the old, the new, a third. */
const table: Row[] = [
  [undefined, 'nothing', 'ask', 'ask'],
  ['tested', 'nothing', 'ask', 'ask'],
  ['kept', 'nothing', 'ask', 'ask'],
  ['installing', 'undo', 'undo', 'ask'],
  ['installed', 'undo', 'undo', 'ask'],
  ['reloading', 'undo', 'undo', 'ask'],
  ['proving', 'undo', 'finish', 'ask'],
  ['finished', 'undo', 'finish', 'ask'],
  ['restoring', 'undo', 'undo', 'ask'],
  ['restored', 'nothing', 'ask', 'ask'],
];

describe('the decision after a crash', () => {
  for (const [lastStep, ifOld, ifNew, ifThird] of table) {
    it(`after ${lastStep ?? 'the begin'}: ${ifOld}, ${ifNew}, ${ifThird}`, () => {
      const decide = (currentTag: string | null) =>
        decideRecovery({ intent, lastStep }, currentTag);
      assert.equal(decide(createTag('old')), ifOld);
      assert.equal(decide(createTag('new')), ifNew);
      assert.equal(decide(createTag('third')), ifThird);
      assert.equal(decide(null), ifThird);
    });
  }

  it('knows that no keepalived can have loaded the file: stopped, or a stored one', () => {
    for (const unseen of [
      { ...intent, daemonPid: undefined },
      { ...intent, fileId: 'stored-master' },
    ]) {
      for (const lastStep of ['installing', 'installed', 'finished'] as const) {
        assert.equal(decideRecovery({ intent: unseen, lastStep }, createTag('old')), 'nothing');
      }
    }
  });

  it('knows that a reload needs no step before keepalived is told', () => {
    const reload = { intent: { ...intent, action: 'reload' }, lastStep: undefined };
    assert.equal(decideRecovery(reload, createTag('old')), 'undo');
    assert.equal(decideRecovery(reload, createTag('new')), 'undo');
    assert.equal(decideRecovery(reload, createTag('third')), 'ask');
  });

  it('knows a file that did not exist before', () => {
    const created = { ...intent, oldTag: null };
    assert.equal(decideRecovery({ intent: created, lastStep: 'installing' }, null), 'nothing');
    assert.equal(
      decideRecovery({ intent: created, lastStep: 'installed' }, createTag('new')),
      'undo',
    );
  });
});

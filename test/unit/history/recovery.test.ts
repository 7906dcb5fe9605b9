import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TransactionStep } from '../../../server/history/journal.ts';
import { decideRecovery } from '../../../server/history/recovery.ts';
import type { RecoveryDecision } from '../../../server/history/recovery.ts';
import { intent, tagOf } from './samples.ts';

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
  ['installing', 'nothing', 'undo', 'ask'],
  ['installed', 'nothing', 'undo', 'ask'],
  ['reloading', 'undo', 'undo', 'ask'],
  ['proving', 'undo', 'finish', 'ask'],
  ['finished', 'nothing', 'finish', 'ask'],
  ['restoring', 'undo', 'undo', 'ask'],
  ['restored', 'nothing', 'ask', 'ask'],
];

describe('the decision after a crash', () => {
  for (const [lastStep, ifOld, ifNew, ifThird] of table) {
    it(`after ${lastStep ?? 'the begin'}: ${ifOld}, ${ifNew}, ${ifThird}`, () => {
      const decide = (currentTag: string | null) =>
        decideRecovery({ intent, lastStep }, currentTag);
      assert.equal(decide(tagOf('old')), ifOld);
      assert.equal(decide(tagOf('new')), ifNew);
      assert.equal(decide(tagOf('third')), ifThird);
      assert.equal(decide(null), ifThird);
    });
  }

  it('knows a file that did not exist before', () => {
    const created = { ...intent, oldTag: null };
    assert.equal(decideRecovery({ intent: created, lastStep: 'installing' }, null), 'nothing');
    assert.equal(decideRecovery({ intent: created, lastStep: 'installed' }, tagOf('new')), 'undo');
  });
});

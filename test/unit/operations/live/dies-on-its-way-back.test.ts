import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import type { ApplyDependencies } from '../../../../server/operations/dependencies.ts';
import { UserError } from '../../../../server/shared/errors.ts';
import { prepare } from '../simulated-folder.ts';
import { addressesOf, configPathOf, readDaemonFile } from '../simulated-machine.ts';
import {
  createSimulatedParts,
  newTexts,
  oldText,
  readConfiguration,
  recover,
  reloadText,
  saveText,
  textOf,
} from '../simulated-parts.ts';

describe('a change that dies on its way back, whose steps a full disk kept from the journal', () => {
  for (const scenario of ['deadly', 'faulty'] as const) {
    it(`(${scenario}) ends with a keepalived that runs the old file, and says so`, async (context) => {
      const folder = await prepare(context, scenario);
      const parts = await createSimulatedParts(folder);
      await assert.rejects(saveText(dyingOnTheWayBack(parts), newTexts[scenario]), /died/);
      assert.equal((await parts.journal.findUnfinished())?.lastStep, 'installing');
      await assertSettled(folder, parts, newTexts[scenario]);
    });

    it(`(${scenario}, after vim and Reload) too`, async (context) => {
      const folder = await prepare(context, scenario);
      const parts = await createSimulatedParts(folder);
      assert.equal((await saveText(parts, textOf('# proved'))).kind, 'live');
      assert.equal((await saveText(parts, oldText)).kind, 'live');
      await writeFile(configPathOf(folder), newTexts[scenario]);
      await assert.rejects(reloadText(dyingOnTheWayBack(parts)), /died/);
      assert.equal((await parts.journal.findUnfinished())?.lastStep, undefined);
      await assertSettled(folder, parts, newTexts[scenario]);
    });
  }

  /** The old file is in place again, and keepalived was not told of it. */
  async function assertSettled(
    folder: string,
    parts: ApplyDependencies,
    newText: string,
  ): Promise<void> {
    assert.equal(readConfiguration(folder), oldText);
    const died = readDaemonFile(folder);
    assert.ok(!died.running || died.loaded === newText);
    await recover(parts);
    assert.equal(readConfiguration(folder), oldText);
    const { running, loaded, held } = readDaemonFile(folder);
    assert.deepEqual([running, loaded, held], [true, oldText, addressesOf(oldText)]);
    assert.deepEqual(
      parts.notices
        .list()
        .map(({ sentence }) => sentence.includes('The previous configuration is running again.')),
      [true],
    );
    assert.equal(await parts.journal.findUnfinished(), undefined);
  }
});

/** From when the new file is in place the journal's disk is full; keepalived is told once only. */
function dyingOnTheWayBack(parts: ApplyDependencies): ApplyDependencies {
  const { appliance, journal } = parts;
  let commands = 0;
  return {
    ...parts,
    journal: {
      ...journal,
      async begin(intent) {
        const transaction = await journal.begin(intent);
        const full = () => Promise.reject(new UserError('history-full', 'It is full.'));
        return {
          record: (step) => (step === 'installing' ? transaction.record(step) : full()),
          end: full,
          // What is in its memory dies with the process.
          remember: () => undefined,
        };
      },
    },
    appliance: {
      ...appliance,
      controlService(service, action) {
        commands += 1;
        if (commands > 1) throw new Error('died');
        return appliance.controlService(service, action);
      },
    },
  };
}

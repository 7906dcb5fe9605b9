import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import type { ApplyDependencies } from '../../../../server/operations/dependencies.ts';
import { prepare } from '../simulated-folder.ts';
import { addressesOf, configPathOf, readDaemonFile } from '../simulated-machine.ts';
import {
  createSimulatedParts,
  newTexts,
  readConfiguration,
  reloadText,
  saveText,
  textOf,
} from '../simulated-parts.ts';

const proved = textOf('# proved');
const theirs = textOf('# theirs');

describe('the way back of a Reload', () => {
  /** The newest version that worked is neither the oldest one nor the newest one. */
  async function makeHistory(
    context: TestContext,
    later: 'failed' | 'restored',
  ): Promise<{ folder: string; parts: ApplyDependencies }> {
    const folder = await prepare(context, 'live');
    const parts = await createSimulatedParts(folder);
    assert.equal((await saveText(parts, proved)).kind, 'live');
    assert.equal((await saveText(parts, textOf('# faulty, and rolled back'))).kind, 'restored');
    const [newest] = await parts.versions.list('live');
    await parts.versions.setOutcome(newest?.id ?? '', later);
    return { folder, parts };
  }

  for (const later of ['failed', 'restored'] as const) {
    for (const ending of ['faulty', 'deadly'] as const) {
      it(`(${ending}) leads to what was proved last, past a newer version that is ${later}`, async (context) => {
        const { folder, parts } = await makeHistory(context, later);
        writeFileSync(configPathOf(folder), newTexts[ending]);
        const outcome = await reloadText(parts);
        assert.equal(outcome.kind, 'restored', JSON.stringify(outcome));
        assert.match(outcome.message, /^The new configuration did not work: .* is running again\./);
        assert.equal(readConfiguration(folder), proved);
        const { running, loaded, held } = readDaemonFile(folder);
        assert.deepEqual([running, loaded, held], [true, proved, addressesOf(proved)]);
        const outcomes = (await parts.versions.list('live')).map((version) => version.outcome);
        assert.deepEqual(outcomes.slice(0, 3), ['restored', later, 'live']);
      });
    }
  }

  it('leads nowhere from what was proved last: the file stays', async (context) => {
    const { folder, parts } = await makeHistory(context, 'restored');
    assert.equal((await reloadText(parts)).kind, 'live');
    assert.equal(readConfiguration(folder), proved);
    assert.equal(readDaemonFile(folder).loaded, proved);
  });

  it('of a file that was proved before changes nothing of its version', async (context) => {
    const folder = await prepare(context, 'live');
    const parts = await createSimulatedParts(folder);
    assert.equal((await saveText(parts, proved)).kind, 'live');
    const { appliance } = parts;
    const failed = { command: 'reload', result: 'exited', exitCode: 1, output: '' } as const;
    const failing: ApplyDependencies = {
      ...parts,
      appliance: { ...appliance, controlService: () => Promise.resolve(failed) },
    };
    const outcome = await reloadText(failing);
    assert.equal(outcome.kind, 'restored', JSON.stringify(outcome));
    assert.match(outcome.message, /The file is as it was\./);
    assert.equal(readConfiguration(folder), proved);
    const [version] = await parts.versions.list('live');
    assert.equal(version?.outcome, 'live', 'it is what keepalived runs');
  });
});

describe('the way back of a save', () => {
  for (const ending of ['faulty', 'deadly'] as const) {
    it(`(${ending}) spares what somebody else wrote during the proof`, async (context) => {
      const folder = await prepare(context, ending);
      const parts = await createSimulatedParts(folder);
      const { appliance } = parts;
      const raced: ApplyDependencies = {
        ...parts,
        appliance: {
          ...appliance,
          async controlService(service, action) {
            const report = await appliance.controlService(service, action);
            writeFileSync(configPathOf(folder), theirs);
            return report;
          },
        },
      };
      const outcome = await saveText(raced, newTexts[ending]);
      assert.equal(outcome.kind, 'restore-failed', JSON.stringify(outcome));
      assert.match(
        outcome.message,
        /Someone else changed the file at the same time.* left as it is/,
      );
      assert.equal(readConfiguration(folder), theirs);
      assert.notEqual(readDaemonFile(folder).loaded, theirs, 'nobody asked to load it');
      assert.deepEqual(
        parts.notices.list().map(({ severity, sentence }) => [severity, sentence]),
        [['critical', outcome.message]],
      );
    });
  }
});

/** What a start does about a change that was interrupted, where the machine has booted since. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createJournal } from '../../../../server/history/journal.ts';
import type { ApplyDependencies } from '../../../../server/operations/dependencies.ts';
import { recoverConfiguration } from '../../../../server/operations/recovery/recover-configuration.ts';
import { prepare } from '../simulated-folder.ts';
import { addressesOf, readDaemonFile, writeDaemonFile } from '../simulated-machine.ts';
import {
  createSimulatedParts,
  newTexts,
  readConfiguration,
  saveText,
  textOf,
} from '../simulated-parts.ts';

const proved = textOf('# proved');
const hourMs = 3_600_000;

interface Case {
  what: string;
  isBooted: boolean;
  isEnabled: boolean | undefined;
  startsIt: boolean;
}

const cases: Case[] = [
  { what: 'no reboot: this program started it', isBooted: false, isEnabled: false, startsIt: true },
  { what: 'a reboot, enabled', isBooted: true, isEnabled: true, startsIt: true },
  { what: 'a reboot, not enabled', isBooted: true, isEnabled: false, startsIt: false },
  { what: 'a reboot, not known', isBooted: true, isEnabled: undefined, startsIt: false },
];

describe('a keepalived that has ended since a change was interrupted', () => {
  for (const { what, isBooted, isEnabled, startsIt } of cases) {
    it(`is ${startsIt ? '' : 'not '}started: ${what}`, async (context) => {
      const folder = await prepare(context, 'live');
      const parts = await createSimulatedParts(folder);
      assert.equal((await saveText(parts, proved)).kind, 'live');
      const interrupted = withAppliance(parts, {
        controlService: () => Promise.reject(new Error('the program ends here')),
      });
      await assert.rejects(saveText(interrupted, newTexts.live), /ends here/);
      writeDaemonFile(folder, { ...readDaemonFile(folder), running: false, held: [] });

      const restarted = withAppliance(parts, {
        readStartOnBoot: () =>
          Promise.resolve(
            isEnabled === undefined
              ? { known: false, reason: 'there is no tool for it' }
              : { known: true, enabled: isEnabled, tool: 'chkconfig' },
          ),
      });
      restarted.journal = createJournal({ directory: join(folder, 'state/history') });
      const bootedAtMs = Date.now() + (isBooted ? hourMs : -hourMs);
      await recoverConfiguration(restarted, { bootedAtMs });

      const daemon = readDaemonFile(folder);
      assert.equal(daemon.running, startsIt);
      assert.deepEqual(daemon.held, startsIt ? addressesOf(proved) : []);
      assert.equal(readConfiguration(folder), proved, 'the file from before is in place again');
      assert.equal(await restarted.journal.findUnfinished(), undefined);
      const [notice, ...others] = parts.notices.list();
      assert.deepEqual(others, []);
      assert.match(
        notice?.sentence ?? '',
        startsIt ? /is running again/ : /again\. keepalived is not running\./,
      );
    });
  }
});

function withAppliance(
  parts: ApplyDependencies,
  changes: Partial<ApplyDependencies['appliance']>,
): ApplyDependencies {
  return { ...parts, appliance: { ...parts.appliance, ...changes } };
}

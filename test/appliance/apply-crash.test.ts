import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { beforeEach, describe, it } from 'node:test';
import { recoverConfiguration } from '../../server/operations/recovery/recover-configuration.ts';
import { eventually } from '../lab/eventually.ts';
import { programWords } from '../program-words.ts';
import {
  becomeMaster,
  configuration,
  createParts,
  holds,
  readConfiguration,
  virtualAddress,
} from './apply-harness.ts';
import { inLabServer } from './in-lab-server.ts';

const good = configuration();
const better = good.replace('priority 101', 'priority 103');
const deadly = good.replace('eth0', 'eth9');

interface Case {
  what: string;
  text: string;
  dieAfter: [call: 'replace' | 'control', nth: number];
  /** The file when the next start is over. */
  ends: string;
  told: RegExp;
}

const cases: Case[] = [
  {
    ...{ what: 'between the file and the reload', text: better, dieAfter: ['replace', 1] },
    ...{
      ends: good,
      told: /interrupted when this program ended\. The previous configuration is running again\./,
    },
  },
  {
    ...{ what: 'with a reload that nobody saw', text: better, dieAfter: ['control', 1] },
    ...{
      ends: good,
      told: /interrupted when this program ended\. The previous configuration is running again\./,
    },
  },
  {
    ...{ what: 'with a reload that ended the daemon', text: deadly, dieAfter: ['control', 1] },
    ...{
      ends: good,
      told: /The previous configuration is running again\. The new version is in the history\.$/,
    },
  },
  {
    ...{ what: 'between the old file and its start', text: deadly, dieAfter: ['replace', 2] },
    ...{ ends: good, told: /The previous configuration is running again\./ },
  },
  {
    ...{ what: 'when the old file has been started', text: deadly, dieAfter: ['control', 2] },
    ...{ ends: good, told: /The previous configuration is running again\./ },
  },
];

if (inLabServer(import.meta.url)) {
  describe('a save over a real master that is killed', () => {
    beforeEach(async () => {
      const parts = await createParts();
      await becomeMaster(parts, good);
      for (const { id } of parts.notices.list()) await parts.notices.dismiss(id);
    });

    for (const { what, text, dieAfter, ends, told } of cases) {
      it(`${what}: the next start settles file, daemon and address`, async () => {
        const [call, nth] = dieAfter;
        const program = programWords('test/appliance/inside/apply-and-die.ts');
        const words = [...program, text, call, String(nth)];
        const child = spawn(process.execPath, words, { stdio: 'inherit' });
        assert.deepEqual(await once(child, 'exit'), [null, 'SIGKILL']);

        const parts = await createParts();
        await recoverConfiguration(parts, { bootedAtMs: 0 });
        assert.equal(readConfiguration(), ends);
        const runtime = await parts.appliance.readRuntime();
        assert.ok(runtime.ok);
        assert.deepEqual(
          runtime.instances.map(({ name, basePriority }) => [name, basePriority]),
          [['VI_1', 101]],
        );
        await eventually('the virtual address', () => holds(parts.appliance, virtualAddress));
        assert.equal(await parts.journal.findUnfinished(), undefined);
        const [notice, ...more] = parts.notices.list();
        assert.match(notice?.sentence ?? '', told);
        assert.deepEqual(more, []);
        const outcomes = (await parts.versions.list('live')).map(({ outcome }) => outcome);
        assert.equal(outcomes.includes('pending'), false);
        assert.equal(outcomes[0], 'restored');
      });
    }
  });
}

import assert from 'node:assert/strict';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import type { Appliance, TrackFileReading } from '../../../../server/appliance/appliance.ts';
import { openNotices } from '../../../../server/history/notices.ts';
import { createRunningDrill } from '../../../../server/history/running-drill.ts';
import { recoverDrill } from '../../../../server/operations/drill/recover-drill.ts';
import { makeFolder } from '../../history/run-child.ts';

const drill = { instanceName: 'VI_1', path: '/maintenance/VI_1', oldValue: 0, lastValue: -253 };

async function createParts(context: TestContext, reading: TrackFileReading) {
  const directory = await makeFolder(context);
  const written: number[] = [];
  const appliance = {
    readTrackFile: () => Promise.resolve(reading),
    writeTrackFile: (_path: string, value: number) => {
      written.push(value);
      return Promise.resolve({ ok: true });
    },
  } as unknown as Appliance;
  const runningDrill = createRunningDrill({ directory });
  const notices = await openNotices({ directory });
  return { parts: { appliance, runningDrill, notices }, directory, written };
}

describe('a drill that ended with the program', () => {
  const cases: [what: string, value: number, written: number[], told: RegExp | undefined][] = [
    ['halfway', -254, [0], /interrupted when this program ended.* is 0 again/],
    ['before its first number', 0, [], undefined],
    ['at its last number', -253, [], undefined],
  ];
  for (const [what, value, expected, told] of cases) {
    it(`${what}: ${expected.length > 0 ? 'the old number is back' : 'nothing is written'}`, async (context) => {
      const { parts, written } = await createParts(context, { ok: true, value });
      await parts.runningDrill.set(drill);
      await recoverDrill(parts);
      assert.deepEqual(written, expected);
      const [notice] = parts.notices.list();
      if (told) assert.match(notice?.sentence ?? '', told);
      else assert.equal(notice, undefined);
      assert.equal(await parts.runningDrill.find(), undefined);
    });
  }

  it('whose file cannot be read is reported, with what to write where', async (context) => {
    const message = 'The folder is gone.';
    const { parts } = await createParts(context, { ok: false, message });
    await parts.runningDrill.set(drill);
    await recoverDrill(parts);
    const [notice] = parts.notices.list();
    assert.equal(notice?.severity, 'critical');
    assert.match(notice.sentence, /The folder is gone\. Write 0 into \/maintenance\/VI_1\./);
  });

  it('whose record is damaged is reported, and keeps nobody from starting', async (context) => {
    const { parts, directory } = await createParts(context, { ok: true, value: 0 });
    await parts.runningDrill.set(drill);
    await appendFile(join(directory, 'running-drill.jsonl'), 'broken\n');
    await recoverDrill(parts);
    assert.match(parts.notices.list()[0]?.sentence ?? '', /running-drill\.jsonl is damaged/);
  });
});

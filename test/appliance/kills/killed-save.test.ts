import assert from 'node:assert/strict';
import { chown, cp, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { buildChild, makeFolder, runToEnd } from '../../unit/history/run-child.ts';
import { prepare } from '../../unit/operations/simulated-folder.ts';
import {
  addressesOf,
  configPathOf,
  readDaemonFile,
} from '../../unit/operations/simulated-machine.ts';
import {
  createSimulatedParts,
  newTexts,
  oldText,
  readConfiguration,
  recover,
} from '../../unit/operations/simulated-parts.ts';
import type { Scenario } from '../../unit/operations/simulated-parts.ts';

/** How a save ends if nobody kills it. */
const endings: Record<Scenario, string> = {
  live: 'live',
  faulty: 'restored',
  deadly: 'restored',
  stopped: 'saved',
};

/** Several at once: most of a proof is waiting. */
const lanes = 4;

describe('a save that is killed', () => {
  /** What the first scenario did: as far as another does the same, it was killed there already. */
  let common: Point[] = [];

  for (const scenario of Object.keys(endings) as Scenario[]) {
    it(`(${scenario}) leaves the old file or the new one, and the next start settles it`, async (context) => {
      const program = await buildChild(context, new URL('./apply-child.ts', import.meta.url));
      const undisturbed = await prepare(context, scenario);
      const all = await findPoints(program, scenario, undisturbed, endings[scenario]);
      await inspect(undisturbed, scenario, 'undisturbed');
      const points = all.slice(all.findIndex(({ name }, index) => name !== common[index]?.name));
      if (common.length === 0) common = beforeReload(all);
      context.diagnostic(`${scenario}: killed at ${points.length} points of ${all.length}`);
      await inLanes(points, async ({ nth, moment, name }) => {
        const folder = await prepare(context, scenario);
        const { signal } = await runToEnd(process.execPath, program, scenario, folder, nth, moment);
        const point = `${moment} change ${nth}, ${name}`;
        assert.equal(signal, 'SIGKILL', point);
        await inspect(folder, scenario, point);
      });
    });
  }

  it('is settled also if the recovery is killed', async (context) => {
    const program = await buildChild(context, new URL('./apply-child.ts', import.meta.url));
    const interrupted = await prepare(context, 'deadly');
    await killAtRestore(program, interrupted);
    const copy = async (): Promise<string> => {
      const folder = await makeFolder(context);
      await cp(interrupted, folder, { recursive: true, preserveTimestamps: true });
      await chown(configPathOf(folder), 1234, 2345);
      return folder;
    };
    const undisturbed = await copy();
    const points = await findPoints(program, 'recover', undisturbed, 'recovered');
    await inspect(undisturbed, 'deadly', 'undisturbed');
    assert.ok(points.length >= 14, `${points.length} points`);
    context.diagnostic(`recover: killed at ${points.length} points`);
    await inLanes(points, async ({ nth, moment, name }) => {
      const folder = await copy();
      const { signal } = await runToEnd(process.execPath, program, 'recover', folder, nth, moment);
      const point = `${moment} change ${nth}, ${name}`;
      assert.equal(signal, 'SIGKILL', point);
      await inspect(folder, 'deadly', point);
    });
  });
});

/** Up to where the daemon is told: it is the last of the renames of a save that goes well. */
function beforeReload(points: Point[]): Point[] {
  return points.slice(
    0,
    points.findLastIndex(({ name }) => name === 'rename'),
  );
}

interface Point {
  nth: string;
  moment: 'before' | 'halfway';
  name: string;
}

/**
 * The calls that change what a crash would leave: after each of them is before the next, and the
 * others (a sync, a folder that is there) change nothing. That a torn line of the history or the journal counts as none is proved there.
 */
async function findPoints(
  program: string,
  scenario: string,
  folder: string,
  ending: string,
): Promise<Point[]> {
  const words = [program, scenario, folder, 'never', 'before'];
  const { lines } = await runToEnd(process.execPath, ...words);
  assert.equal(lines[0], ending);
  const made = JSON.parse((lines[1] ?? '').replace('changes ', '')) as string[];
  const calls = made.map((call, index) => {
    const [name = '', digest = ''] = call.split(' ');
    return { name, digest, nth: String(index + 1) };
  });
  return calls.flatMap(({ name, digest, nth }, index): Point[] => [
    ...(digest === calls[index + 1]?.digest ? [] : [{ nth, moment: 'before' as const, name }]),
    ...(name === 'writeFile' ? [{ nth, moment: 'halfway' as const, name }] : []),
  ]);
}

/** Ends a save that has ended the daemon, when it is about to put the old file back. */
async function killAtRestore(program: string, folder: string): Promise<void> {
  const rehearsal = `${folder}-rehearsal`;
  await cp(folder, rehearsal, { recursive: true });
  const points = await findPoints(program, 'deadly', rehearsal, 'restored');
  // The last renames are: the new file, the daemon's reload, the old file, the daemon's start.
  const nth = points.filter(({ name }) => name === 'rename').at(-2)?.nth ?? '';
  const { signal } = await runToEnd(process.execPath, program, 'deadly', folder, nth, 'before');
  assert.equal(signal, 'SIGKILL');
  assert.equal(readDaemonFile(folder).running, false);
  assert.equal(readConfiguration(folder), newTexts.deadly);
}

/** What must be true after the crash, and what after the start that follows it. */
async function inspect(folder: string, scenario: Scenario, point: string): Promise<void> {
  const newText = newTexts[scenario];
  const path = configPathOf(folder);
  const crashed = readConfiguration(folder);
  assert.ok([oldText, newText].includes(crashed), point);
  const { uid, gid, mode } = await stat(path);
  assert.deepEqual([uid, gid, mode & 0o7777], [1234, 2345, 0o604], point);

  const parts = await createSimulatedParts(folder);
  const wasBegun = (await parts.journal.findUnfinished()) !== undefined;
  await recover(parts);
  const text = readConfiguration(folder);
  const daemon = readDaemonFile(folder);
  const versions = await parts.versions.list('live');
  const story = `${point}: ${JSON.stringify({ daemon, versions, notices: parts.notices.list() })}`;
  assert.ok(text === oldText || (text === newText && endings[scenario] !== 'restored'), story);
  if (scenario === 'stopped') {
    assert.equal(daemon.running, false, story);
  } else {
    assert.equal(daemon.running, true, story);
    assert.equal(daemon.loaded, text, story);
    assert.deepEqual(daemon.held, addressesOf(text), story);
  }
  const { uid: owner, mode: bits } = await stat(path);
  assert.deepEqual([owner, bits & 0o7777], [1234, 0o604], story);
  assert.deepEqual(await readdir(join(folder, 'etc')), ['keepalived.conf'], story);
  const parted = (await readdir(join(folder, 'state'), { recursive: true })).filter((name) =>
    name.includes('.wai-part-'),
  );
  assert.deepEqual(parted, [], story);

  assert.equal(await parts.journal.findUnfinished(), undefined, story);
  const ofNew = versions.filter(({ action }) => action === 'edit').map(({ outcome }) => outcome);
  const inPlace = text === newText ? [endings[scenario]] : ['restored', 'failed'];
  assert.ok(ofNew.length === 0 || inPlace.includes(ofNew[0] ?? ''), story);
  const notices = parts.notices.list();
  assert.ok(!wasBegun || notices.length > 0, story);
  assert.ok(notices.length <= 2 && notices.every(({ severity }) => severity === 'info'), story);
}

async function inLanes(points: Point[], visit: (point: Point) => Promise<void>): Promise<void> {
  const waiting = [...points];
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await visit(next);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

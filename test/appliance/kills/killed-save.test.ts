import assert from 'node:assert/strict';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { TestContext } from 'node:test';
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
import type { Point } from './point.ts';

/** How a save ends if nobody kills it. */
const endings: Record<Scenario, string> = {
  live: 'live',
  faulty: 'restored',
  deadly: 'restored',
  stopped: 'saved',
};

/** Several at once: most of a proof is waiting. */
const lanes = 4;

/** Of the points of the first scenario one in so many is also reached by a kill. */
const pointsPerKill = 8;

describe('a save that is killed', () => {
  /** What the first scenario did: as far as another does the same, it was inspected there already. */
  let common: Point[] = [];
  let program: string;
  const cleanups: (() => Promise<void>)[] = [];
  before(async () => {
    const context = { after: (cleanup: () => Promise<void>) => void cleanups.push(cleanup) };
    program = await buildChild(context, new URL('./apply-child.ts', import.meta.url));
  });
  after(() => Promise.all(cleanups.map((cleanup) => cleanup())));

  for (const scenario of Object.keys(endings) as Scenario[]) {
    it(`(${scenario}) leaves the old file or the new one, and the next start settles it`, async (context) => {
      const undisturbed = await prepare(context, scenario);
      const all = await findPoints(context, program, scenario, undisturbed, endings[scenario]);
      await inspect(undisturbed, scenario, 'undisturbed');
      const points = all.slice(all.findIndex(({ name }, index) => name !== common[index]?.name));
      if (common.length === 0) common = beforeReload(all);
      context.diagnostic(`${scenario}: ${points.length} points of ${all.length}`);
      await inLanes(points, ({ copy, nth, moment, name }) =>
        inspect(copy, scenario, `${moment} change ${nth}, ${name}`),
      );
    });
  }

  it('leaves by a kill what the copies hold', async (context) => {
    const killed = common.filter(
      ({ moment }, index) => moment === 'before' && index % pointsPerKill === 0,
    );
    assert.ok(killed.length >= 2, `${killed.length} points`);
    await inLanes(killed, async ({ copy, nth, name }) => {
      const folder = await prepare(context, 'live');
      const words = [program, 'live', folder, String(nth)];
      const { signal } = await runToEnd(process.execPath, ...words);
      assert.equal(signal, 'SIGKILL', name);
      assert.deepEqual(await listFiles(folder), listsOfCopies.get(copy), name);
      await inspect(folder, 'live', `killed before change ${nth}, ${name}`);
    });
  });

  it('is settled also if the recovery is killed', async (context) => {
    const interrupted = await prepare(context, 'deadly');
    await killAtRestore(context, program, interrupted);
    const points = await findPoints(context, program, 'recover', interrupted, 'recovered');
    await inspect(interrupted, 'deadly', 'undisturbed');
    assert.ok(points.length >= 14, `${points.length} points`);
    context.diagnostic(`recover: ${points.length} points`);
    await inLanes(points, ({ copy, nth, moment, name }) =>
      inspect(copy, 'deadly', `${moment} change ${nth}, ${name}`),
    );
  });
});

/** The files of each copy, listed before it is inspected, which recovers it. */
const listsOfCopies = new Map<string, string[]>();

/** Without the random part of the names of what is half written. */
const listFiles = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true }))
    .map((name) => name.replace(/(\.wai-part-|\.keepalived-wai-).*/, '$1'))
    .sort();

/** Up to where the daemon is told: it is the last of the renames of a save that goes well. */
function beforeReload(points: Point[]): Point[] {
  return points.slice(
    0,
    points.findLastIndex(({ name }) => name === 'rename'),
  );
}

/**
 * Runs a scenario to its end, and copies the folder at each moment at which it is another: what a
 * kill leaves is what the disk has then.
 */
async function findPoints(
  context: TestContext,
  program: string,
  scenario: string,
  folder: string,
  ending: string,
): Promise<Point[]> {
  const words = [program, scenario, folder, 'each', await makeFolder(context)];
  const { lines } = await runToEnd(process.execPath, ...words);
  assert.equal(lines[0], ending);
  const points = JSON.parse(lines[1] ?? '') as Point[];
  for (const { copy } of points) listsOfCopies.set(copy, await listFiles(copy));
  return points;
}

/** Ends a save that has ended the daemon, when it is about to put the old file back. */
async function killAtRestore(context: TestContext, program: string, folder: string): Promise<void> {
  const rehearsal = await prepare(context, 'deadly');
  const points = await findPoints(context, program, 'deadly', rehearsal, 'restored');
  // The last renames are: the new file, the daemon's reload, the old file, the daemon's start.
  const renames = points.filter(({ name, moment }) => name === 'rename' && moment === 'before');
  const nth = String(renames.at(-2)?.nth);
  const { signal } = await runToEnd(process.execPath, program, 'deadly', folder, nth);
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

/**
 * npm run mutation -- [--sample N] [--seed S] [--file PATH] [--tests PATH]
 *   [--workers N] [--wording]
 *
 * Changes the code of the rooms in one place at a time and asks whether a unit test notices. N
 * mutants a room (default: 400) are drawn with the seed; `--file` takes all those of a file or a folder,
 * or draws from them. `--tests` runs those of a file or a folder only. With `--wording` also the mutants of sentences.
 */
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { buildMutants, builtMutants } from './mutation/instrument.mjs';
import { rooms } from './mutation/rooms.mjs';
import { createWorker } from './mutation/worker-process.mjs';
import { root, runScript } from './step.mjs';

const { values } = parseArgs({
  options: {
    sample: { type: 'string' },
    seed: { type: 'string', default: '1' },
    file: { type: 'string' },
    tests: { type: 'string', default: 'test/unit' },
    workers: { type: 'string', default: '1' },
    wording: { type: 'boolean', default: false },
  },
});

/** mulberry32: the same draw for the same seed, 0 ≤ n < 1. */
function createRandom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** So many of the list, in an order that the seed decides. */
function draw(list, count) {
  const random = createRandom(Number(values.seed));
  return list
    .map((item) => ({ item, place: random() }))
    .sort((one, other) => one.place - other.place)
    .slice(0, count)
    .map(({ item }) => item);
}

/** Runs each task, so many at once, each with a worker of its own. */
async function withWorkers(tasks, run) {
  const waiting = [...tasks];
  const lane = async () => {
    const worker = createWorker();
    for (let task = waiting.shift(); task; task = waiting.shift()) await run(worker, task);
    await worker.end();
  };
  await Promise.all(Array.from({ length: Number(values.workers) }, lane));
}

/** How many folders and words a source and a test share: `a/b.ts` and `a/b.test.ts` most. */
function nearness(fileName, testName) {
  const source = fileName.replace(/^server\/|\.ts$/g, '').split('/');
  const test = testName.replace(/^test\/unit\/|\.test\.ts$/g, '').split('/');
  const different = source.findIndex((word, index) => word !== test[index]);
  return different === -1 ? source.length : different;
}

/** Above and below the score, of 95 of 100 samples like this one (Wilson). */
function intervalOf(part, whole) {
  const [z, share] = [1.96, part / whole];
  const middle = (share + z ** 2 / (2 * whole)) / (1 + z ** 2 / whole);
  const half =
    (z / (1 + z ** 2 / whole)) *
    Math.sqrt((share * (1 - share)) / whole + z ** 2 / (4 * whole ** 2));
  return [middle - half, middle + half].map((edge) => `${(100 * edge).toFixed(0)} %`);
}

const shorten = (text) => text.replaceAll(/\s+/g, ' ').slice(0, 90);

await runScript(async () => {
  const { mutants, tests } = await buildMutants(values.tests);
  console.log(`${mutants.length} mutants, ${tests.length} test files`);

  await withWorkers(tests, async (worker, test) => {
    Object.assign(test, await worker.ask({ file: test.counting }, 300_000));
    if (test.killedBy) throw new Error(`Without a mutant, ${test.name} ends by ${test.killedBy}`);
    for (const { name } of test.failing) {
      console.log(`Left out, because it fails without a mutant: ${test.name}: ${name}`);
    }
  });

  const counted = mutants.filter(({ exclusion }) => values.wording || !exclusion);
  const count = Number(values.sample ?? (values.file ? Infinity : 400));
  const chosen = rooms.flatMap((room) =>
    draw(
      counted.filter(
        (mutant) => mutant.room === room && mutant.fileName.startsWith(values.file ?? ''),
      ),
      count,
    ),
  );

  let done = 0;
  await withWorkers(chosen, async (worker, mutant) => {
    const { id, fileName } = mutant;
    const reaching = tests
      .map((test) => {
        const places = Object.keys(test.perTest).filter((place) => test.perTest[place][id]);
        const onImport = test.onImport[id] ?? 0;
        const hits = places.reduce((sum, place) => sum + test.perTest[place][id], onImport);
        return { ...test, places: onImport > 0 ? null : places.map(Number), hits };
      })
      .filter(({ hits }) => hits > 0)
      .sort(
        (one, other) =>
          nearness(fileName, other.name) - nearness(fileName, one.name) ||
          one.tookMs - other.tookMs,
      );
    mutant.isReached = reaching.length > 0;
    for (const { name, attacked, places, failing, hits, tookMs } of reaching) {
      const leftOut = failing.map(({ place }) => place);
      const request = { file: attacked, mutant: id, places, leftOut, hitLimit: 1_000 + 100 * hits };
      const { killedBy, problem } = await worker.ask(request, 5_000 + 6 * tookMs);
      if (problem !== undefined) throw new Error(`A test cannot be run: ${problem}`);
      if (killedBy === undefined) continue;
      mutant.killedBy = `${name}: ${killedBy}`;
      break;
    }
    done += 1;
    if (done % 100 === 0) console.log(`${done} of ${chosen.length}`);
  });

  const survivors = chosen.filter(({ killedBy }) => !killedBy);
  survivors.sort((one, other) => (one.fileName < other.fileName ? -1 : 1));
  for (const { fileName, location, mutatorName, original, replacement, isReached } of survivors) {
    const place = `${fileName}:${location.start.line + 1}:${location.start.column + 1}`;
    const what = `${shorten(original)}  →  ${shorten(replacement)}`;
    console.log(`${place} ${mutatorName}${isReached ? '' : ' (not reached)'}: ${what}`);
  }
  for (const room of rooms) {
    const all = chosen.filter((mutant) => mutant.room === room);
    const killed = all.filter(({ killedBy }) => killedBy).length;
    if (all.length === 0) continue;
    const [from, to] = intervalOf(killed, all.length);
    const score = `${((100 * killed) / all.length).toFixed(1)} %`;
    console.log(`${room}: ${score} (${killed} of ${all.length}; ${from} to ${to})`);
  }
  rmSync(builtMutants, { recursive: true });
  const report = path.join(root, 'build/mutation.json');
  writeFileSync(report, JSON.stringify(chosen, undefined, 1));
  console.log(`Each mutant, and the test that killed it: ${report}`);
});

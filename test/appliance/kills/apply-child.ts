/**
 * What the crash test runs in a process of its own: SCENARIO FOLDER, and then either NTH, the change
 * of the disk before which it is killed; or `each` and a folder, in which it leaves the disk as it is
 * before each change and halfway through each that writes.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { endAtChange, watchChanges } from '../../unit/history/end-at-change.ts';
import {
  createSimulatedParts,
  newTexts,
  recover,
  saveText,
} from '../../unit/operations/simulated-parts.ts';
import type { Scenario } from '../../unit/operations/simulated-parts.ts';
import type { Point } from './point.ts';

const [scenario = '', folder = '', nth = '', copies = ''] = process.argv.slice(2);
/** A change that changes nothing (a sync, a folder that is there) is at the point before it. */
const points: Point[] = [];
let digest = '';

/** Stands for all that a crash would leave: names, owners, modes and bytes. */
function digestOf(path: string): string {
  const { uid, mode } = lstatSync(path);
  const content = (mode & 0o170000) === 0o040000 ? digestFolder(path) : digestFile(path, mode);
  return createHash('sha256').update(`${uid} ${mode} ${content}`).digest('hex').slice(0, 16);
}

const digestFolder = (path: string): string =>
  readdirSync(path)
    .sort()
    .map((name) => `${name} ${digestOf(join(path, name))}`)
    .join('\n');

const digestFile = (path: string, mode: number): string =>
  (mode & 0o170000) === 0o100000 ? readFileSync(path, 'latin1') : '';

const parts = await createSimulatedParts(folder);
if (nth === 'each') {
  await watchChanges((change) => {
    const now = digestOf(folder);
    const same = now === digest ? points.pop() : undefined;
    const copy = same?.copy ?? join(copies, `${change.nth}-${change.moment}`);
    if (!same) execFileSync('cp', ['--archive', folder, copy]);
    digest = now;
    points.push({ ...change, copy });
  });
} else {
  await endAtChange(Number(nth), false);
}
const kind =
  scenario === 'recover'
    ? await recover(parts)
    : (await saveText(parts, newTexts[scenario as Scenario])).kind;
writeSync(1, `${kind}\n${JSON.stringify(points)}\n`);

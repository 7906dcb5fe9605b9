/** What the crash test runs in a process of its own, to end it: SCENARIO FOLDER NTH MOMENT. */
import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { endAtChange } from '../../unit/history/end-at-change.ts';
import {
  createSimulatedParts,
  newTexts,
  recover,
  saveText,
} from '../../unit/operations/simulated-parts.ts';
import type { Scenario } from '../../unit/operations/simulated-parts.ts';

const [scenario = '', folder = '', nth = '', moment = ''] = process.argv.slice(2);
const isRehearsal = nth === 'never';

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
const made = await endAtChange(
  isRehearsal ? Infinity : Number(nth),
  moment === 'halfway',
  (name) => (isRehearsal ? `${name} ${digestOf(folder)}` : name),
);
const kind =
  scenario === 'recover'
    ? await recover(parts)
    : (await saveText(parts, newTexts[scenario as Scenario])).kind;
writeSync(1, `${kind}\nchanges ${JSON.stringify(made)}\n`);

// npm run bench [-- --json FILE] [AREA …]: see README.md.
import { writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import type { Figure, Measurement } from './figure.ts';
import { measureIdle } from './idle.ts';
import { measureKnowledge } from './knowledge.ts';
import { measureLab } from './lab.ts';
import { measureLog } from './log.ts';
import { measurePages } from './pages.ts';
import { measurePair } from './pair.ts';
import { measureSeam } from './seam.ts';
import { measureStart } from './start.ts';
import { measureStreams } from './streams.ts';

const areas: Record<string, Measurement> = {
  pages: measurePages,
  streams: measureStreams,
  start: measureStart,
  idle: measureIdle,
  log: measureLog,
  knowledge: measureKnowledge,
  seam: measureSeam,
  pair: measurePair,
  lab: measureLab,
};

const { values, positionals } = parseArgs({
  options: { json: { type: 'string' } },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !(name in areas));
if (unknown.length > 0) {
  console.error(`No such area: ${unknown.join(', ')}. There are: ${Object.keys(areas).join(', ')}`);
  process.exit(2);
}

const machine = {
  processor: cpus()[0]?.model ?? 'unknown',
  cores: availableParallelism(),
  load: loadavg()[0] ?? 0,
  node: process.version,
};
console.log(
  `${machine.processor}, ${machine.cores} cores, load ${machine.load.toFixed(1)}, Node.js ${machine.node}`,
);
const figures: Figure[] = [];
for (const [name, measure] of Object.entries(areas)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  for (const figure of await measure()) {
    figures.push(figure);
    console.log(describe(figure));
  }
}
if (values.json !== undefined) {
  const at = new Date().toISOString();
  await writeFile(values.json, `${JSON.stringify({ at, machine, figures }, undefined, 2)}\n`);
}
// A busy machine is no reason to fail: the table says what was over.
const over = figures.filter(isOver);
console.log(over.length === 0 ? 'All within their budgets.' : `Over budget: ${over.length}.`);

function describe(figure: Figure): string {
  const { name, value, unit, budget } = figure;
  const measured = `${formatNumber(value)} ${unit}`;
  const verdict = budget === undefined ? '' : isOver(figure) ? 'OVER' : 'ok';
  const limit = budget === undefined ? '' : `≤ ${formatNumber(budget)} ${unit}`;
  return `${name.padEnd(64)} ${measured.padStart(12)}  ${limit.padStart(14)}  ${verdict}`.trimEnd();
}

function isOver({ value, budget }: Figure): boolean {
  return budget !== undefined && !(value <= budget);
}

function formatNumber(value: number): string {
  return value.toFixed(value < 100 ? 2 : 0);
}

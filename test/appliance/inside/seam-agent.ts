/**
 * The agent's side of a seam in a process of its own, to be attacked. It does what each line of its
 * input says, and answers with one line. Started with --expose-gc.
 */
import { createInterface } from 'node:readline';
import { startSeam } from '../../seam/in-seam.ts';

const limits = JSON.parse(process.argv[2] ?? '{}') as Parameters<typeof startSeam>[0];
const seam = await startSeam(limits);
const { gc } = globalThis;
if (!gc) throw new Error('Start it with --expose-gc.');
const event = 'x'.repeat(1024);

async function answer(line: string): Promise<unknown> {
  switch (line) {
    case 'heap': {
      // What has just ended is freed in the next turns only.
      for (let turn = 0; turn < 3; turn += 1) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        gc?.();
      }
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    }
    case 'tell':
      for (let index = 0; index < 1_000; index += 1) {
        seam.tell('latest', event);
        seam.tell('shared', event);
      }
      return seam.streams('shared');
    case 'streams':
      return seam.streams('latest') + seam.streams('shared');
    case 'waiting':
      return seam.waiting();
    case 'problems':
      return [...new Set(seam.problems.splice(0).map(({ kind }) => kind))];
    case 'end':
      await seam.stop();
      return 'ended';
    default:
      return seam.socketPath;
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(line))}\n`);
  if (line === 'end') process.exit();
}

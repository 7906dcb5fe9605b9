/** How long news take from one server of a pair to the other: the link alone, without a network. */
import { createNetwork, pairUp, until, viewOther } from '../test/pair/in-pair.ts';
import { percentile } from './figure.ts';
import type { Figure } from './figure.ts';

export async function measurePair(): Promise<Figure[]> {
  const ends: (() => unknown)[] = [];
  const network = createNetwork({ after: (end) => ends.push(end as () => unknown) });
  try {
    let onChange: () => void = () => undefined;
    const server1 = await network.addServer('server1', {
      timing: {},
      onChange: () => {
        onChange();
      },
    });
    const server2 = await network.addServer('server2', { timing: {} });
    await pairUp(server1, server2);
    const measure = async (runs: number, padding: string) => {
      const times: number[] = [];
      for (let run = 0; run < runs; run += 1) {
        const words = `${run}${padding}`;
        const startMs = performance.now();
        await new Promise<void>((resolve) => {
          onChange = () => {
            if (viewOther(server1).report?.value.words === words) resolve();
          };
          server2.say(words);
        });
        times.push(performance.now() - startMs);
        await until(() => network.pipes.size === 2);
      }
      return percentile(times, 0.99);
    };
    return [
      {
        name: 'news of the other server, of 300 the 99 % (link only)',
        value: await measure(300, ''),
        ...{ unit: 'ms', budget: 150 },
      },
      {
        name: 'of 30 reports of 64 KiB',
        value: await measure(30, ' '.repeat(64 * 1024)),
        unit: 'ms',
      },
    ];
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

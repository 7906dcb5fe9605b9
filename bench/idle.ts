/** What the program costs a server on which nothing happens and nobody looks. */
import { setTimeout as delay } from 'node:timers/promises';
import { failoverConfiguration } from '../test/lab/failover-configuration.ts';
import type { LabServer } from '../test/lab/lab-server.ts';
import { createTwoServers } from '../test/lab/two-servers.ts';
import type { Figure } from './figure.ts';

/** The start is over, and its garbage collected. */
const settledAfterMs = 45_000;
/** Two of the looks that are made while nobody looks. */
const watchedMs = 60_000;
/** The kernel counts processor time in hundredths of a second (USER_HZ, proc(5)). */
const ticksPerSecond = 100;

/**
 * Of the agent and the web: their own ticks, those of the commands that they ran, and how often one
 * of their threads was woken.
 */
const readUsage = `
agent=$(pgrep -o -f '^[^ ]*node .*server/main[.]ts|^[^ ]*node .*build/main[.]js')
for pid in $agent $(pgrep -P $agent -f '^[^ ]*node .*web(-main)?[.][jt]s'); do
  awk '{ print $14 + $15, $16 + $17 }' /proc/$pid/stat
  cat /proc/$pid/task/*/status | awk '/^voluntary_ctxt/ { sum += $2 } END { print sum }'
done
`;

export async function measureIdle(): Promise<Figure[]> {
  const servers = await createTwoServers();
  try {
    for (const server of [servers.server1, servers.server2]) {
      await server.writeFile('/etc/keepalived/keepalived.conf', failoverConfiguration(server.name));
      await server.startKeepalived();
    }
    await servers.server1.startWai();
    await delay(settledAfterMs);
    const before = await read(servers.server1);
    const startMs = performance.now();
    await delay(watchedMs);
    const after = await read(servers.server1);
    const seconds = (performance.now() - startMs) / 1000;
    const share = (ticks: number) => (100 * ticks) / ticksPerSecond / seconds;
    return [
      {
        name: 'nobody looks: share of one core, with the commands that it runs',
        value: share(after.ownTicks + after.commandTicks - before.ownTicks - before.commandTicks),
        unit: '%',
        budget: 0.5,
      },
      {
        name: 'nobody looks: wake-ups of its threads a second',
        value: (after.wakeUps - before.wakeUps) / seconds,
        unit: 'calls',
        budget: 10,
      },
    ];
  } finally {
    await servers.close();
  }
}

async function read(server: LabServer) {
  const { stdout } = await server.run('sh', ['-c', readUsage]);
  const numbers = stdout.trim().split(/\s+/).map(Number);
  if (numbers.length !== 6) throw new Error(`Not two processes: ${stdout}`);
  const sum = (place: number) => (numbers[place] ?? NaN) + (numbers[place + 3] ?? NaN);
  return { ownTicks: sum(0), commandTicks: sum(1), wakeUps: sum(2) };
}

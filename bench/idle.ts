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
/** What keepalived logs for each question (measured, 2.2.7). */
const question = 'Printing VRRP';

/**
 * Of the agent and the web: their own ticks, those of the commands that they ran, how often one of their
 * threads was woken, and their memory (Pss: what they share counts once), in KiB.
 */
const readUsage = `
agent=$(pgrep -o -f '^[^ ]*node .*server/main[.]ts|^[^ ]*node .*build/main[.]js')
for pid in $agent $(pgrep -P $agent -f '^[^ ]*node .*web(-main)?[.][jt]s'); do
  awk '{ print $14 + $15, $16 + $17 }' /proc/$pid/stat
  cat /proc/$pid/task/*/status | awk '/^voluntary_ctxt/ { sum += $2 } END { print sum }'
  awk '/^Pss:/ { print $2 }' /proc/$pid/smaps_rollup
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
      {
        name: 'nobody looks: questions to keepalived a minute',
        value: (60 * (after.questions - before.questions)) / seconds,
        unit: 'calls',
        // One each 30 s, and one where the minute begins just before it.
        budget: 3,
      },
      {
        name: 'nobody looks: memory of both processes',
        value: after.memoryMiB,
        unit: 'MiB',
        budget: 150,
      },
    ];
  } finally {
    await servers.close();
  }
}

async function read(server: LabServer) {
  const { stdout } = await server.run('sh', ['-c', readUsage]);
  const numbers = stdout.trim().split(/\s+/).map(Number);
  if (numbers.length !== 8) throw new Error(`Not two processes: ${stdout}`);
  const sum = (place: number) => (numbers[place] ?? NaN) + (numbers[place + 4] ?? NaN);
  const log = await server.readFile('/var/log/messages');
  return {
    ...{ ownTicks: sum(0), commandTicks: sum(1), wakeUps: sum(2), memoryMiB: sum(3) / 1024 },
    questions: log.split(question).length - 1,
  };
}

/** 200 open event streams while nothing changes. */
import { setTimeout as delay } from 'node:timers/promises';
import { openEvents } from '../test/unit/web/event-client.ts';
import type { Figure } from './figure.ts';
import { startSubject, type Subject } from './subject.ts';

const streamCount = 200;
const watchedMs = 10_000;

export async function measureStreams(): Promise<Figure[]> {
  const subject = await startSubject({ sessions: streamCount / 4 });
  try {
    const without = await measureShare(subject);
    const places = subject.cookies.flatMap((cookie) =>
      ['/keepalived/events', '/api/v1/events', '/keepalived/events', '/api/v1/events'].map(
        (path) => ({ path, cookie }),
      ),
    );
    const clients = await Promise.all(
      places.map(({ path, cookie }) => openEvents(subject.appUrl + path, { cookie })),
    );
    const refused = clients.filter(({ statusCode }) => statusCode !== 200);
    if (refused.length > 0) throw new Error(`${refused.length} streams were refused`);
    await Promise.all(clients.map((client) => client.awaitEvent('heartbeat')));
    const withStreams = await measureShare(subject);
    for (const client of clients) client.close();
    return [
      { name: 'no stream: share of one core', value: without, unit: '%' },
      { name: '200 idle streams: share of one core', value: withStreams, unit: '%', budget: 3 },
    ];
  } finally {
    await subject.close();
  }
}

async function measureShare(subject: Subject): Promise<number> {
  const before = await subject.readUsage();
  const startMs = performance.now();
  await delay(watchedMs);
  const { cpuMs } = await subject.readUsage();
  return (100 * (cpuMs - before.cpuMs)) / (performance.now() - startMs);
}

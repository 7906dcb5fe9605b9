/**
 * The process that is measured: our app with a snapshot of some instances, and beside it a bare
 * Fastify route that sends as many bytes as the status page. Says where they listen, then answers
 * what it has used so far.
 */
import fastify from 'fastify';
import { createTestApp, TestBrowser } from '../test/unit/web/app-harness.ts';
import { listen } from '../test/unit/web/event-client.ts';
import { sampleInstance } from '../test/unit/web/pages/samples.ts';
import { createTestKeeper } from '../test/unit/web/test-keeper.ts';

/** Each time a witness has spoken the keeper tells so, as often as it does in real life. */
const keeperSpeaksEveryMs = 1_500;

const [instanceCount = 1, sessionCount = 1] = process.argv.slice(2).map(Number);
const instances = Array.from({ length: instanceCount }, (_, index) =>
  sampleInstance({
    name: `VI_${index + 1}`,
    virtualRouterId: index + 1,
    addresses: [
      { cidr: `10.0.${index >> 8}.${index & 255}/24`, interfaceName: 'eth0', held: true },
    ],
  }),
);
const keeper = createTestKeeper();
keeper.say({ instances });
setInterval(() => {
  keeper.say({ instances, evidenceAgeMs: Math.random() * 1_000 });
}, keeperSpeaksEveryMs);

const { app } = await createTestApp({
  keeper,
  streamLimits: {
    perSession: 4,
    perAccount: 4 * sessionCount,
    total: 4 * sessionCount,
    reservedForAdmins: 0,
    unreadBytes: 1024 * 1024,
  },
});
const cookies: string[] = [];
for (let count = 0; count < sessionCount; count += 1) {
  const browser = new TestBrowser(app);
  await browser.logIn();
  cookies.push(browser.cookieHeader);
}
const page = await app.inject({
  url: '/keepalived',
  headers: { host: 'localhost', cookie: cookies[0] ?? '' },
});

const bare = fastify();
const bytes = 'x'.repeat(Buffer.byteLength(page.body));
bare.get('/', (_request, reply) => reply.type('text/html; charset=utf-8').send(bytes));

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({
    cpuMs: (user + system) / 1000,
    residentMiB: process.memoryUsage.rss() / 2 ** 20,
  });
});
process.on('disconnect', () => process.exit());
process.send?.({ appUrl: await listen(app), bareUrl: await listen(bare), cookies });

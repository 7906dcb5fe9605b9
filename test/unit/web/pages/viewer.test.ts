/** Nobody is offered what would be refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import type {
  DebugReport,
  ReportedCheck,
} from '../../../../server/operations/debug/debug-report.ts';
import type { Debug } from '../../../../server/operations/debug/debug.ts';
import { createTestApp, TestBrowser } from '../app-harness.ts';
import { listen, openEvents } from '../event-client.ts';
import { createTestKeeper } from '../test-keeper.ts';
import { wallMs } from './samples.ts';

const blocked: ReportedCheck = {
  ...{ atMs: wallMs - 30_000, isStale: false },
  ...{ id: 'firewall-in', title: 'Firewall', verdict: 'wrong', evidence: [] },
  sentence: 'A rule drops the advertisements.',
  remedy: 'Let them pass.',
  about: { instance: 'VI_1', setting: 'interface' },
  offer: { kind: 'allow-vrrp', instance: 'VI_1', direction: 'in' },
};
const report: DebugReport = {
  examination: {
    ...{ kind: 'check', isRunning: false, isOutdated: false, hasFailed: false, problems: [] },
    ...{ startedAtMs: wallMs - 40_000, endsAtMs: wallMs - 30_000 },
  },
  ...{ checks: [blocked], reason: undefined, clusters: [] },
  ...{ freeVirtualRouterIds: [52], interfaceNames: ['eth0'] },
  ownRules: [{ description: 'nftables: “accept”', removal: 'nft', serves: [] }],
};
const debug: Partial<Debug> = {
  report: () => report,
  refreshOwnRules: () => Promise.resolve(),
  watch: () => () => undefined,
};

/** What the forms and links of a page lead to: `POST /keepalived/stop`. */
function findOffers(html: string): string[] {
  const forms = [...html.matchAll(/<form\b[^>]*\bmethod="(\w+)" action="([^"]*)"/g)];
  const links = [...html.matchAll(/<a\b[^>]*\bhref="(\/[^"]*)"/g)];
  return [
    ...forms.map(([, method = '', path = '']) => `${method.toUpperCase()} ${path}`),
    ...links.map(([, path = '']) => `GET ${path}`),
  ].map((offer) => offer.replace(/[?#].*/, ''));
}

/** Those of them that only an admin may take. */
function findRefused(app: FastifyInstance, offers: string[]): string[] {
  const rules = new Map(
    app.listRouteRules().map(({ method, url, access }) => [`${method} ${url}`, access]),
  );
  return [...new Set(offers)].filter((offer) => {
    assert.ok(rules.has(offer), `${offer} leads nowhere`);
    return rules.get(offer) === 'admin';
  });
}

for (const path of ['/keepalived', '/debug', '/boot', '/keepalived/failovers']) {
  test(`${path} offers a viewer nothing that is refused, and an admin everything`, async (t) => {
    const { app } = await createTestApp({ keeper: createTestKeeper(), debug: debug });
    t.after(() => app.close());
    const read = async (who: string) => {
      const browser = new TestBrowser(app);
      await browser.logIn(who);
      const page = await browser.get(path);
      assert.equal(page.statusCode, 200, page.body);
      return { browser, offers: findOffers(page.body) };
    };
    const [admin, watcher] = [await read('admin'), await read('watcher')];
    assert.deepEqual(findRefused(app, watcher.offers), []);
    assert.ok(watcher.offers.length > 3, watcher.offers.join());
    const refusedToViewers = findRefused(app, admin.offers);
    assert.equal(
      refusedToViewers.length > 0,
      path !== '/keepalived/failovers',
      refusedToViewers.join(),
    );
    if (path !== '/keepalived' && path !== '/debug') return;

    const url = `${await listen(app)}${path}/events`;
    for (const { browser, offers } of [watcher, admin]) {
      const events = await openEvents(url, { cookie: browser.cookieHeader });
      const { data } = await events.awaitEvent('page');
      events.close();
      const live = findOffers(String(data));
      assert.deepEqual(
        live.filter((offer) => !offers.includes(offer)),
        [],
        'the same as the page',
      );
      assert.equal(findRefused(app, live).length > 0, browser === admin.browser);
    }
  });
}

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import type { PairSummary } from '../../../../../server/keepalived/pair/pair-summary.ts';
import { pairDocumentSchema } from '../../../../../server/web/api/pair-document.ts';
import { heard, notHeard, serverOf } from '../../../keepalived/pair/reports.ts';
import { createTestApp, TestBrowser } from '../../app-harness.ts';
import { createTestKeeper } from '../../test-keeper.ts';
import { samplePair } from '../pair-sample.ts';

const healthy = samplePair(serverOf(1, 'Active'), heard(serverOf(2, 'Standby')));
const nobody = samplePair(serverOf(1, 'Fault'), heard(serverOf(2, 'Stopped')));
const silent = samplePair(serverOf(1, 'Active'), notHeard(serverOf(2, 'Standby')));

async function open(t: TestContext, pair: PairSummary | undefined) {
  const { app } = await createTestApp({
    keeper: createTestKeeper(),
    readPairSummary: () => pair,
  });
  t.after(() => app.close());
  const browser = new TestBrowser(app);
  await browser.logIn('watcher');
  return browser;
}

describe('the pair on the status page', () => {
  const partOf = (page: string) =>
    /<section[^>]*aria-label="The pair">.*?<\/section>/s.exec(page)?.[0];

  test('says in one sentence that it is protected, before everything else', async (t) => {
    const { body } = await (await open(t, healthy)).get('/keepalived');
    const part = partOf(body);
    assert.ok(part);
    assert.ok(body.indexOf('aria-label="The pair"') < body.indexOf('aria-label="In one sentence"'));
    assert.match(part, /class="headline tone-good"/);
    assert.match(
      part,
      /192\.168\.0\.100 is served by server1; server2 is ready and takes over in about 3\.6 s after the network loses server1\./,
    );
    // The picture has a title and a description, and its facts stand beside it in words.
    assert.match(part, /<svg[^>]*role="img">\s*<title>[^<]+<\/title>\s*<desc>[^<]+<\/desc>/);
    assert.match(part, /server2 hears the advertisements of server1\./);
    assert.match(
      part,
      /server2<\/strong> \(the other server\): Standby, .*takes over in about 3\.6 s/,
    );
  });

  test('says that nobody serves, why, and raises the alarm', async (t) => {
    const browser = await open(t, nobody);
    const { body } = await browser.get('/keepalived');
    assert.match(
      partOf(body) ?? '',
      /tone-bad.*Nobody serves 192\.168\.0\.100: server1 is in Fault/s,
    );
    const { alarms, instances } = (await browser.get('/api/v1/status')).json<{
      alarms: { code: string }[];
      instances: { alarms: { code: string }[] }[];
    }>();
    const codes = [...alarms, ...instances.flatMap((one) => one.alarms)].map(({ code }) => code);
    assert.ok(codes.includes('nobody-serves'));
    assert.match((await browser.get('/metrics')).body, /keepalived_alarm\{.*nobody-serves/);
  });

  test('is not green for a server that is not heard', async (t) => {
    const { body } = await (await open(t, silent)).get('/keepalived');
    const part = partOf(body) ?? '';
    assert.doesNotMatch(part, /headline tone-good/);
    assert.match(part, /server2 has not been heard for/);
    assert.match(part, /Can’t tell whether it is protected: server2 is not heard\./);
  });

  test('shows words of the other server as text', async (t) => {
    const evil = serverOf(
      2,
      'Fault',
      { hostName: '<b>x</b>' },
      { reason: '<img src=x onerror=1>' },
    );
    const { body } = await (
      await open(t, samplePair(serverOf(1, 'Active'), heard(evil)))
    ).get('/keepalived');
    assert.doesNotMatch(body, /<img src=x|<b>x/);
    assert.match(body, /&lt;img src=x/);
  });

  test('is not there without a pair', async (t) => {
    const { body } = await (await open(t, undefined)).get('/keepalived');
    assert.equal(partOf(body), undefined);
  });

  test('three servers are in one row', async (t) => {
    const three = samplePair(
      serverOf(1, 'Active'),
      heard(serverOf(2, 'Standby')),
      heard(serverOf(3, 'Stopped')),
    );
    const part = partOf((await (await open(t, three)).get('/keepalived')).body) ?? '';
    assert.equal(part.match(/class="box tone/g)?.length, 3);
  });
});

describe('/api/v1/pair', () => {
  for (const [name, pair] of Object.entries({ healthy, nobody, silent, none: undefined })) {
    test(`follows its schema: ${name}`, async (t) => {
      const answer = await (await open(t, pair)).get('/api/v1/pair');
      assert.equal(answer.statusCode, 200);
      const document = pairDocumentSchema.parse(answer.json());
      assert.equal(document.paired, pair !== undefined);
      assert.equal(document.routers[0]?.verdict, pair?.routers[0]?.kind);
    });
  }

  test('the metrics leave out what is not known', async (t) => {
    const healthyMetrics = (await (await open(t, healthy)).get('/metrics')).body;
    const router = 'virtual_router_id="51",address="192.168.0.100"';
    for (const line of [
      'keepalived_wai_pair_heard{server="server2"} 1',
      `keepalived_wai_pair_serves{${router},server="server1"} 1`,
      `keepalived_wai_pair_serves{${router},server="server2"} 0`,
      `keepalived_wai_pair_ready{${router},server="server2"} 1`,
      `keepalived_wai_pair_verdict{${router},verdict="protected"} 1`,
    ]) {
      assert.ok(healthyMetrics.includes(line), line);
    }
    const silentMetrics = (await (await open(t, silent)).get('/metrics')).body;
    assert.match(silentMetrics, /keepalived_wai_pair_heard\{server="server2"\} 0/);
    assert.doesNotMatch(silentMetrics, /keepalived_wai_pair_(?:serves|ready)\{[^}]*server2/);
    assert.doesNotMatch((await (await open(t, undefined)).get('/metrics')).body, /wai_pair_\w+\{/);
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import type {
  InstanceStatus,
  KeepalivedStatus,
} from '../../../../server/keepalived/status/status.ts';
import {
  describeStatus,
  statusDocumentSchema,
} from '../../../../server/web/api/status-document.ts';
import { assertSampleAge } from '../aged.ts';
import { createTestApp, TestBrowser } from '../app-harness.ts';
import { sampleInstance, sampleSnapshot } from '../pages/samples.ts';
import { createTestKeeper } from '../test-keeper.ts';

const bare: Partial<InstanceStatus> = {
  addresses: [{ cidr: '192.168.0.100/24', interfaceName: undefined, held: undefined }],
  healthcheck: undefined,
  state: 'Unknown',
  reason: 'nothing is known',
  interfaceName: undefined,
  virtualRouterId: undefined,
  priority: { configured: undefined, effective: undefined },
  lastTransitionAtMs: undefined,
};
const alarm = { code: 'another-master', severity: 'critical', sentence: 'Act.' } as const;

const situations: Record<string, Partial<KeepalivedStatus>> = {
  'a healthy master': {},
  'nothing known': {
    daemon: { state: 'unknown', reason: 'not asked yet' },
    startOnBoot: { known: false, reason: 'not asked yet' },
    configuration: { problem: 'it is missing', editedSinceLoad: undefined },
    evidenceAgeMs: undefined,
    instances: [sampleInstance(bare)],
  },
  'keepalived stopped': {
    daemon: { state: 'stopped', stalePidFile: undefined, leftChildPids: [] },
    instances: [],
  },
  'keepalived missing': { daemon: { state: 'not-installed' }, instances: [] },
  alarms: { alarms: [alarm], instances: [sampleInstance({ state: 'Alarm', alarms: [alarm] })] },
};

for (const [situation, changes] of Object.entries(situations)) {
  test(`the document follows its schema: ${situation}`, () => {
    const document: unknown = JSON.parse(JSON.stringify(describeStatus(sampleSnapshot(changes))));
    assert.deepEqual(statusDocumentSchema.parse(document), document);
  });
}

test('/api/v1/status says what the page says', async (t) => {
  const beganAtMs = performance.now();
  const { app } = await createTestApp({ keeper: createTestKeeper() });
  t.after(() => app.close());
  const browser = new TestBrowser(app);
  await browser.logIn('watcher');
  const answer = await browser.get('/api/v1/status');
  assert.equal(answer.statusCode, 200);
  assert.match(String(answer.headers['content-type']), /^application\/json/);
  const document = statusDocumentSchema.parse(answer.json());
  assert.equal(document.hostName, 'server1');
  assertSampleAge(document, beganAtMs);
  assert.equal(document.instances[0]?.state, 'Active');
  assert.deepEqual(document.instances[0].addresses, [
    { cidr: '192.168.0.100/24', interfaceName: 'eth0', held: true },
  ]);
});

test('the schema is published, and every reference in it leads somewhere', async (t) => {
  const { app } = await createTestApp({ keeper: createTestKeeper() });
  t.after(() => app.close());
  const browser = new TestBrowser(app);
  await browser.logIn();
  const answer = await browser.get('/api/v1/openapi.json');
  const api = z
    .object({
      openapi: z.literal('3.1.0'),
      paths: z.record(z.string(), z.record(z.string(), z.object({ summary: z.string() }))),
      components: z.object({
        schemas: z.record(z.string(), z.looseObject({ properties: z.looseObject({}) })),
      }),
    })
    .parse(answer.json());
  for (const [, name = ''] of answer.body.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)) {
    assert.ok(api.components.schemas[name], name);
  }
  const served = app
    .listRouteRules()
    .filter(({ method, url }) => method !== 'HEAD' && url.startsWith('/api/v1/'))
    .map(({ method, url }) => `${method.toLowerCase()} ${url}`)
    .filter((route) => route !== 'get /api/v1/openapi.json');
  const described = Object.entries(api.paths).flatMap(([url, methods]) =>
    Object.keys(methods).map((method) => `${method} ${url}`),
  );
  assert.deepEqual(described.sort(), served.sort(), 'every route is described');
  const names = Object.keys(api.components.schemas['Status']?.properties ?? {});
  assert.deepEqual(names.sort(), Object.keys(describeStatus(sampleSnapshot())).sort());
});

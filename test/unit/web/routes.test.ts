/** Every route that there is, and who may use it: a new one is listed here. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { createTestApp } from './app-harness.ts';

const expected = `
viewer GET /
admin POST /api/v1/configuration/check
viewer GET /account
viewer POST /account
viewer GET /api/v1/events
viewer GET /api/v1/openapi.json
viewer GET /api/v1/pair
viewer GET /api/v1/pair/events
viewer GET /api/v1/status
viewer GET /api/v1/transitions
viewer GET /boot
admin POST /boot
viewer GET /debug
admin GET /debug/capture
viewer GET /debug/events
admin POST /debug/examine
admin POST /debug/firewall
admin POST /debug/firewall/remove
viewer GET /debug/report.txt
admin GET /drill
admin POST /drill
admin POST /drill/set-up
public GET /healthz
viewer GET /keepalived
admin GET /keepalived/confirm
admin POST /keepalived/confirm
admin GET /keepalived/default-backup
admin POST /keepalived/default-backup
admin GET /keepalived/default-backup/done
admin GET /keepalived/default-master
admin POST /keepalived/default-master
admin GET /keepalived/default-master/done
admin GET /keepalived/edit
admin POST /keepalived/edit
viewer GET /keepalived/events
viewer GET /keepalived/failovers
admin POST /keepalived/notices/dismiss
admin POST /keepalived/reload
admin GET /keepalived/settings
admin POST /keepalived/settings
admin POST /keepalived/start
admin POST /keepalived/stop
viewer GET /keepalived/versions
viewer GET /keepalived/versions/compare
admin GET /keepalived/versions/restore
admin POST /keepalived/versions/restore
admin POST /pair/code
admin POST /pair/grant
admin POST /pair/unpair
admin POST /pair/with
admin POST /pair/withdraw
viewer GET /pair
viewer GET /keepalived/versions/text
public GET /login
public POST /login
viewer GET /logs
viewer GET /logs/download
viewer GET /logs/events
public GET /public/*
viewer GET /metrics
viewer POST /logout
`;

test('every route is listed, with who may use it', async (context) => {
  const { app } = await createTestApp();
  context.after(() => app.close());
  const rules = app
    .listRouteRules()
    .filter(({ method, url }) => method !== 'HEAD' && !url.startsWith('/assets'))
    .map(({ method, url, access }) => `${access ?? 'nobody'} ${method} ${url}`);
  assert.deepEqual(rules.toSorted(), expected.trim().split('\n').toSorted());
});

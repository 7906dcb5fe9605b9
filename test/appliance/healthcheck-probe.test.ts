import assert from 'node:assert/strict';
import test from 'node:test';
import { probeHealthcheck } from '../../server/appliance/healthcheck/healthcheck-probe.ts';
import { plainRequest } from '../../server/keepalived/healthcheck/request.ts';
import { inPrivateNamespaces } from './private-namespaces.ts';

if (inPrivateNamespaces(import.meta.url)) {
  test('a host name that cannot be resolved and a network without a route are told apart', async () => {
    const unknown = await probeHealthcheck({ ...plainRequest, url: 'http://healthcheck.invalid/' });
    assert.equal(unknown.outcome.kind, 'failed');
    assert.match(unknown.outcome.reason, /healthcheck\.invalid cannot be resolved/);
    const unreachable = await probeHealthcheck({ ...plainRequest, url: 'http://192.0.2.1/' });
    assert.deepEqual(unreachable.outcome, {
      kind: 'failed',
      reason: 'there is no route to 192.0.2.1 (network unreachable)',
    });
  });
}

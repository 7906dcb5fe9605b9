import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { InstanceStatus, WatchedItem } from '../../../../server/keepalived/status/status.ts';
import { describeTable } from '../../../../server/web/pages/keepalived/status-table.ts';
import { sampleInstance, sampleStatus, wallMs } from '../../web/pages/samples.ts';

const script = (good: boolean | undefined, detail = ''): WatchedItem => ({
  ...{ kind: 'script', name: 'chk_vshell', good, detail },
  ...{ weight: 0, forcesFault: true, sinceMs: undefined },
});
const refused = { words: 'Connection refused', good: false };
const unknown = { words: 'Unknown (not seen yet)', good: undefined, durationMs: undefined };

function rowOf(
  watched: WatchedItem[],
  own: { words: string; good: boolean | undefined; durationMs?: undefined },
  state: InstanceStatus['state'] = 'Active',
) {
  const { healthcheck } = sampleInstance();
  assert.ok(healthcheck);
  const instance = sampleInstance({ watched, state, healthcheck: { ...healthcheck, ...own } });
  const { rows } = describeTable(sampleStatus({ instances: [instance] }), instance, wallMs);
  const row = rows.find(({ label }) => label === 'Healthcheck Status');
  return [row?.values[0], row?.tone, row?.note];
}

describe('the row Healthcheck Status', () => {
  it('is keepalived’s success, with what the page itself saw beside it', () => {
    assert.deepEqual(rowOf([script(true)], refused), [
      ...['Connection OK', 'warn'],
      'by keepalived’s chk_vshell; this page’s own request: Connection refused',
    ]);
    assert.deepEqual(rowOf([script(true)], { words: 'Connection OK', good: true }), [
      ...['Connection OK', 'good', undefined],
    ]);
  });

  it('waits for no request of the page where keepalived has a result', () => {
    assert.deepEqual(rowOf([script(true)], unknown), ['Connection OK', 'good', undefined]);
  });

  it('is keepalived’s failure, though the page reaches the URL', () => {
    const failed = script(false, 'exited with status 60');
    assert.deepEqual(rowOf([failed], { words: 'Connection OK', good: true }), [
      ...['keepalived’s chk_vshell failed (exited with status 60)', 'bad'],
      'this page’s own request: Connection OK',
    ]);
    assert.deepEqual(rowOf([failed], refused), ['Connection refused', 'bad', undefined]);
  });

  it('is the page’s own request where keepalived has no result', () => {
    assert.deepEqual(rowOf([script(undefined)], refused), ['Connection refused', 'bad', undefined]);
    assert.deepEqual(rowOf([], unknown), ['Unknown (not seen yet)', 'warn', undefined]);
    const [words] = rowOf([script(true)], refused, 'Stopped');
    assert.equal(words, 'Connection refused');
  });
});

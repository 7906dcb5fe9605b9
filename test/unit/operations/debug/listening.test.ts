import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startListening } from '../../../../server/operations/debug/listening.ts';
import { eventually } from '../../../lab/eventually.ts';

test('what a busy machine has not read yet is no silence', async () => {
  let end: (reason: undefined) => void = () => undefined;
  const ended = new Promise<undefined>((resolve) => (end = resolve));
  const listening = startListening({
    appliance: { startCapture: () => ({ ended, close: () => ended.then(() => undefined) }) },
    clock: { wallMs: () => Date.now() },
    plan: { interfaces: new Map([['eth0', []]]), passwords: [], seconds: 10 },
    onHeard: () => undefined,
  });
  await delay(300);
  const busyFromMs = Date.now();
  while (Date.now() < busyFromMs + 1_000);
  const { fromMs, toMs } = listening.heard();
  assert.ok(toMs > fromMs && toMs <= busyFromMs, `${toMs - busyFromMs} ms after the last read`);
  await eventually('all is read', () => listening.heard().toMs >= busyFromMs + 1_000);
  end(undefined);
  await listening.close();
});

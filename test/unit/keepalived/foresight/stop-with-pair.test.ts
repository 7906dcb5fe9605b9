import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foreseeStop } from '../../../../server/keepalived/foresight/stop-with-pair.ts';
import { samplePair } from '../../web/pages/pair-sample.ts';
import { heard, notHeard, serverOf } from '../pair/reports.ts';

const own = serverOf(1, 'Active');
const tell = (...others: Parameters<typeof samplePair>[1][]) =>
  foreseeStop(['192.168.0.100'], samplePair(own, ...others)).map(
    ({ sentence, danger }) => sentence ?? `danger: ${danger ?? ''}`,
  );

test('a ready server takes over, and within which time', () => {
  assert.deepEqual(tell(heard(serverOf(2, 'Standby'))), [
    'server2 is ready and takes over 192.168.0.100 within about 3.6 s.',
  ]);
  assert.deepEqual(tell(heard(serverOf(2, 'Standby', { startsOnBoot: false }))), [
    'server2 takes over 192.168.0.100 within about 3.6 s, but keepalived does not start at boot on server2.',
  ]);
});

test('without a ready one the address is lost: a danger that names it', () => {
  assert.deepEqual(tell(heard(serverOf(2, 'Stopped'))), [
    'danger: 192.168.0.100 is lost: no other server is ready (keepalived is stopped on server2).',
  ]);
  assert.deepEqual(tell(notHeard(serverOf(2, 'Standby'))), [
    'danger: 192.168.0.100 may be lost: can’t tell whether another server takes it over (server2 is not heard).',
  ]);
});

test('what another one has stays there, and without a pair nothing is said', () => {
  assert.deepEqual(tell(heard(serverOf(2, 'Active'))), [
    'server2 has 192.168.0.100, too, and keeps it.',
  ]);
  assert.deepEqual(foreseeStop(['192.168.0.100'], undefined), []);
});

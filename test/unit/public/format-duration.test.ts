import assert from 'node:assert/strict';
import test from 'node:test';
import { formatDuration } from '../../../server/web/view/time-words.ts';

test('the browser counts on in the words of the server', async () => {
  const path = new URL('../../../public/js/format-duration.js', import.meta.url).href;
  const browser = (await import(path)) as { formatDuration: typeof formatDuration };
  const second = 1_000;
  const minute = 60 * second;
  const hour = 60 * minute;
  const day = 24 * hour;
  const around = [0, second, minute, hour, 2 * hour, day, 9 * day, 400 * day];
  const durations = around.flatMap((one) => [one - minute, one - 1, one, one + 1, one + minute]);
  for (const duration of [...durations, 3 * hour + 12 * minute, 2 * day + 4 * hour]) {
    assert.equal(browser.formatDuration(duration), formatDuration(duration), String(duration));
  }
});

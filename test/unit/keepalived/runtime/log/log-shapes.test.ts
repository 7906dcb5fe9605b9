import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test, { describe } from 'node:test';
import {
  parseLogLine,
  readLogTime,
} from '../../../../../server/keepalived/runtime/log/log-lines.ts';
import { isKeepalivedLine } from '../../../../../server/keepalived/runtime/log/log-shapes.ts';
import { measureCpuMs } from '../../../../cpu-time.ts';

const nowMs = new Date(2026, 10, 24, 13, 30, 0).getTime();
const path = new URL('../../../../fixtures/cases/logs/l11-other-formats.log', import.meta.url);
const message = '(vip_1) Entering MASTER STATE';
const april = (year: number, ms = 0) => new Date(year, 3, 3, 0, 47, 43, ms).getTime();

describe('every shape of a log', () => {
  const shapes: [line: string, atMs: number, tag: string, pid?: number][] = [
    ['Apr  3 00:47:43 lb1 daemon.info Keepalived_vrrp[31]:', april(2026), 'Keepalived_vrrp', 31],
    ['Apr  3 2020 00:47:43 lb1 Keepalived_vrrp[31]:', april(2020), 'Keepalived_vrrp', 31],
    ['<30>Apr  3 00:47:43 lb1 Keepalived_vrrp[31]:', april(2026), 'Keepalived_vrrp', 31],
    ['2026-04-03 00:47:43,123 Keepalived_vrrp[31]:', april(2026, 123), 'Keepalived_vrrp', 31],
    ['2026-04-03 00:47:43Z lb1 Keepalived[31]:', Date.UTC(2026, 3, 3, 0, 47, 43), 'Keepalived', 31],
    [
      '<30>1 2026-04-03T00:47:43Z lb1 Keepalived - - [a@1 b="c] \\" d"][e@1] \ufeff',
      Date.UTC(2026, 3, 3, 0, 47, 43),
      'Keepalived',
    ],
    // systemd takes its console for a log.
    [
      'Apr  3 00:47:43 lb1 keepalived[31]: Fri Apr  3 00:47:43 2026:',
      april(2026),
      'keepalived',
      31,
    ],
    ['2020-04-03T00:47:43.1Z stderr F Fri Apr  3 00:47:43 2020:', april(2020), ''],
  ];
  for (const [start, atMs, tag, pid] of shapes) {
    test(start, () => {
      const line = `${start} ${message}`.replace('\ufeff ', '\ufeff');
      assert.ok(isKeepalivedLine(line));
      const parsed = parseLogLine(line, nowMs);
      assert.deepEqual(
        [parsed.message, parsed.atMs, parsed.tag, parsed.pid],
        [message, atMs, tag, pid],
      );
      if (!start.includes(' F ')) assert.equal(readLogTime(line.slice(0, 40), nowMs), atMs);
    });
  }

  test('with the line ends of another system', () => {
    for (const end of ['\r', '\r\n', '\n']) {
      const line = `Apr  3 00:47:43 lb1 Keepalived_vrrp[31]: ${message}${end}`;
      assert.equal(parseLogLine(line, nowMs).message, message);
    }
  });

  test('of the cases', () => {
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    for (const line of lines) {
      assert.ok(isKeepalivedLine(line), line);
      const parsed = parseLogLine(line, nowMs);
      assert.match(parsed.message, /^\(\w+\) Entering MASTER STATE$/, line);
      assert.ok(parsed.atMs !== undefined, line);
    }
    assert.equal(lines.length, 10);
    assert.equal(parseLogLine(lines[0] ?? '', nowMs).atMs, april(2020));
    const nanoseconds = new Date(2022, 1, 21, 13, 38, 6, 984).getTime();
    assert.equal(parseLogLine(lines[1] ?? '', nowMs).atMs, nanoseconds);
  });
});

test('what another program says of keepalived is not taken for its own', () => {
  for (const line of [
    'Apr  3 00:47:43 lb1 sshd[9]: Keepalived[1]: (VI_1) Entering MASTER STATE',
    'Apr  3 00:47:43 sshd[9]: Keepalived[1]: (VI_1) Entering MASTER STATE',
    'Apr  3 00:47:43 lb1 sshd[9]: daemon.info Keepalived[1]: x',
    'Thu Mar 13 22:47:17 2025 daemon.info sshd[1]: Keepalived[1]: x',
    '<30>1 2026-04-03T00:47:43Z lb1 sshd 31 - - Keepalived[1]: x',
    '<30>1 2026-04-03T00:47:43Z lb1 sshd 31 - [a b="] Keepalived 1 - - "] x',
    'Keepalived[1]: no stamp',
  ]) {
    assert.ok(!isKeepalivedLine(line), line);
  }
});

test('a line takes time in proportion to its length, whatever it says', () => {
  const starts = ['<30>1 2026-04-03T00:47:43Z h t 1 - [', 'Apr  3 00:47:43 ', 'Fri Apr  3 '];
  const fillings = ['a="', 'a "\\"', '[]"" ', 'h ', '[1]:', 'Keepalived[1', '\\', '1 '];
  const measure = (line: string) =>
    measureCpuMs(() => {
      isKeepalivedLine(line);
      parseLogLine(line, nowMs);
    });
  for (const start of starts) {
    for (const filling of fillings) {
      const line = start + filling.repeat(100_000);
      // Quadratic it would take minutes.
      assert.ok(measure(line) < 5_000, `${start}${filling}`);
    }
  }
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  escapeControlCharacters,
  isOwnDumpLine,
  parseJournalEntry,
  parseLogLine,
} from '../../../../../server/keepalived/runtime/log/log-lines.ts';
import { isKeepalivedLine } from '../../../../../server/keepalived/runtime/log/log-shapes.ts';

const nowMs = new Date(2026, 10, 24, 13, 30, 0).getTime();

describe('a line of a syslog file', () => {
  it('with a traditional stamp is read in local time', () => {
    const raw = 'Nov 24 13:00:01 server1 Keepalived_vrrp[123]: (VI_1) Entering MASTER STATE';
    assert.deepEqual(parseLogLine(`${raw}\n`, nowMs), {
      atMs: new Date(2026, 10, 24, 13, 0, 1).getTime(),
      timeText: 'Nov 24 13:00:01',
      tag: 'Keepalived_vrrp',
      pid: 123,
      message: '(VI_1) Entering MASTER STATE',
      raw,
    });
  });

  it('with an RFC 3339 stamp is read with its offset', () => {
    const line = parseLogLine(
      '2026-11-24T14:00:01.123456+01:00 server1 Keepalived[7]: Startup complete',
      nowMs,
    );
    assert.equal(line.atMs, Date.UTC(2026, 10, 24, 13, 0, 1, 123));
    assert.equal(line.timeText, '2026-11-24T14:00:01.123456+01:00');
    assert.equal(line.message, 'Startup complete');
  });

  it('without a year is of the newest year that puts it into the past', () => {
    const atMs = (stamp: string, reading: Date) =>
      parseLogLine(`${stamp} h Keepalived[1]: x`, reading.getTime()).atMs;
    const newYear = new Date(2027, 0, 1, 0, 0, 5);
    assert.equal(atMs('Dec 31 23:59:58', newYear), new Date(2026, 11, 31, 23, 59, 58).getTime());
    assert.equal(atMs('Jan  1 00:00:04', newYear), new Date(2027, 0, 1, 0, 0, 4).getTime());
    // The writer's clock is a little ahead of the reader's.
    assert.equal(atMs('Jan  1 00:00:09', newYear), new Date(2027, 0, 1, 0, 0, 9).getTime());
    assert.equal(
      atMs('Jan  1 00:00:01', new Date(2026, 11, 31, 23, 59, 59)),
      new Date(2027, 0, 1, 0, 0, 1).getTime(),
    );
    assert.equal(atMs('Feb 29 12:00:00', newYear), new Date(2024, 1, 29, 12, 0, 0).getTime());
    assert.equal(atMs('Feb 31 12:00:00', newYear), undefined);
  });

  it('of another form is a message without time and tag', () => {
    assert.deepEqual(parseLogLine('half a li', nowMs), {
      atMs: undefined,
      timeText: '',
      tag: '',
      pid: undefined,
      message: 'half a li',
      raw: 'half a li',
    });
    assert.equal(parseLogLine('2026-99-99T00:00:00Z h Keepalived[1]: x', nowMs).atMs, undefined);
  });

  it('has its control characters made visible', () => {
    const line = parseLogLine('Nov 24 13:00:01 h Keepalived[1]: \u001b[2Jx\u202e\ry', nowMs);
    assert.equal(line.message, String.raw`\x1b[2Jx\u202e\x0dy`);
    assert.equal(line.raw, String.raw`Nov 24 13:00:01 h Keepalived[1]: \x1b[2Jx\u202e\x0dy`);
  });

  // What 2.2.7 logs with `--dump-conf`, and of a file that it understands only partly.
  for (const [message, masked] of [
    ['   Password = hunter2x', '   Password = ********'],
    [
      `(/etc/k.conf: Line 32) Unterminated quote '  auth_pass "hunter2x'`,
      `(/etc/k.conf: Line 32) Unterminated quote 'auth_pass …'`,
    ],
    [`(Line 32) Unmatched quote: '#011auth_pass#011"hunter2x'`, `(Line 32) Unmatched quote: '…'`],
    [
      `(/etc/k.conf: Line 7) Unknown keyword 'auth_pass=hunter2x'`,
      `(/etc/k.conf: Line 7) Unknown keyword 'auth_pass…'`,
    ],
    [
      `(/etc/k.conf: Line 20) (VI_2) unknown authentication type 'hunter2x'`,
      `(/etc/k.conf: Line 20) (VI_2) unknown authentication type '…'`,
    ],
  ] as const) {
    it(`is masked: ${message}`, () => {
      const head = 'Nov 24 13:00:01 h Keepalived_vrrp[1]: ';
      const { message: read, raw } = parseLogLine(head + message, nowMs);
      assert.deepEqual([read, raw], [masked, head + masked]);
      const entry = { SYSLOG_IDENTIFIER: 'Keepalived_vrrp', MESSAGE: message };
      const logged = parseJournalEntry(JSON.stringify(entry));
      assert.equal(logged?.message, masked);
      assert.ok(!logged.raw.includes('hunter2x'));
      assert.equal(parseLogLine(message, nowMs).raw, masked);
    });
  }
});

describe('keepalived’s own lines', () => {
  const line = (tag: string) => `Nov 24 13:00:01 server1 ${tag} text`;
  for (const tag of [
    'Keepalived[1]:',
    'Keepalived_vrrp[1]:',
    'Keepalived_healthcheckers[1]:',
    'Keepalived_bfd[1]:',
    'Keepalived_vrrp_blue_front[1]:',
    'Keepalived_front[1]:',
  ]) {
    it(`have the tag ${tag}`, () => {
      assert.ok(isKeepalivedLine(line(tag)));
      assert.ok(isKeepalivedLine(`2026-11-24T13:00:01.1+00:00 server1 ${tag} text`));
    });
  }

  it('are not those that only speak of it', () => {
    assert.ok(!isKeepalivedLine(line('systemd[1]: Started Keepalived[1]:')));
    assert.ok(!isKeepalivedLine(line('sshd[9]: Invalid user h Keepalived[1]: (VI_1) Entering')));
    assert.ok(!isKeepalivedLine(line('Keepalivedx[1]:')));
    assert.ok(!isKeepalivedLine('Keepalived[1]: no stamp'));
  });

  it('include those that our own dumps cause', () => {
    assert.ok(isOwnDumpLine('Printing VRRP as json for process(4253) on signal'));
    assert.ok(isOwnDumpLine('Printing VRRP data for process(4253) on signal'));
    assert.ok(isOwnDumpLine('Printing parent data for process(4228) on signal'));
    assert.ok(!isOwnDumpLine('(VI_1) Printing VRRP as json for process(1) on signal'));
    assert.ok(!isOwnDumpLine('(VI_1) Entering MASTER STATE'));
  });
});

describe('a journal entry', () => {
  const entry = {
    __REALTIME_TIMESTAMP: '1795525201123456',
    SYSLOG_IDENTIFIER: 'Keepalived_vrrp',
    SYSLOG_PID: '123',
    _PID: '124',
    _HOSTNAME: 'server1',
    MESSAGE: '(VI_1) Entering MASTER STATE',
  };

  it('is read like a syslog line', () => {
    assert.deepEqual(parseJournalEntry(JSON.stringify(entry)), {
      atMs: 1795525201123,
      timeText: '2026-11-24T13:00:01.123Z',
      tag: 'Keepalived_vrrp',
      pid: 123,
      message: '(VI_1) Entering MASTER STATE',
      raw: '2026-11-24T13:00:01.123Z server1 Keepalived_vrrp[123]: (VI_1) Entering MASTER STATE',
    });
  });

  it('may hold a message as bytes, or none', () => {
    const message = (value: unknown) =>
      parseJournalEntry(JSON.stringify({ ...entry, MESSAGE: value }))?.message;
    assert.equal(message([104, 105, 255, 27]), String.raw`hi�\x1b`);
    assert.equal(message(null), '');
  });

  it('of another program, or cut short, is none of ours', () => {
    assert.equal(
      parseJournalEntry(JSON.stringify({ ...entry, SYSLOG_IDENTIFIER: 'Keepalived x' })),
      undefined,
    );
    assert.equal(parseJournalEntry(JSON.stringify(entry).slice(0, 40)), undefined);
    assert.equal(parseJournalEntry('7'), undefined);
  });

  it('without a time or pid still has its message', () => {
    const line = parseJournalEntry('{"SYSLOG_IDENTIFIER":"Keepalived","MESSAGE":"Stopping"}');
    assert.equal(line?.atMs, undefined);
    assert.equal(line?.pid, undefined);
    assert.equal(line?.message, 'Stopping');
  });
});

describe('escaping', () => {
  it('leaves text alone, also beyond ASCII', () => {
    assert.equal(escapeControlCharacters('Schlüssel “€” 🙂 <b>'), 'Schlüssel “€” 🙂 <b>');
  });
  it('shows tabs, line breaks and C1 characters', () => {
    assert.equal(
      escapeControlCharacters('a\tb\nc\u0085d\u2028e'),
      String.raw`a\x09b\x0ac\x85d\u2028e`,
    );
  });
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { parseLogLine } from '../../../../server/keepalived/runtime/log/log-lines.ts';
import {
  findTransitions,
  isTransitionLine,
} from '../../../../server/keepalived/transitions/transitions.ts';
import type {
  LastingState,
  Transition,
} from '../../../../server/keepalived/transitions/transitions.ts';
import { estimateUnserved } from '../../../../server/keepalived/transitions/unserved-time.ts';

const nowMs = new Date(2026, 10, 24).getTime();

/** The lines that were logged after a heading of an evidence file, as a syslog file has them. */
function linesAfter(file: string, heading: string, marker = '') {
  const text = readFileSync(new URL(`../../../fixtures/evidence/${file}`, import.meta.url), 'utf8');
  const part = text.slice(text.indexOf(heading) + heading.length);
  const lines = part.slice(part.indexOf(marker)).split('\n').slice(1);
  const end = lines.findIndex((line) => /^(==|##|---| {2}--)/.test(line));
  return lines.slice(0, end === -1 ? undefined : end).flatMap((line) => {
    const [, stamp, rest] = /(?:<\d+>)?(Nov \d\d [\d:]{8}) (Keepalived.*)$/.exec(line) ?? [];
    return stamp === undefined ? [] : [parseLogLine(`${stamp} server1 ${rest ?? ''}`, nowMs)];
  });
}

/** `15:00:00 message` lines of the VRRP process. */
function lines(...texts: string[]) {
  return texts.map((text) =>
    parseLogLine(`Nov 23 ${text.replace(' ', ' server1 Keepalived_vrrp[7]: ')}`, nowMs),
  );
}

const say = ({ instance, from, to, reason }: Transition) =>
  `${instance} ${from ?? '?'} > ${to}: ${reason?.code ?? 'unknown'}`;

const known = (states: Record<string, LastingState>) => new Map(Object.entries(states));

/** The evidence files have the lines of the VRRP process only. */
const startLine = lines('14:00:00 Starting Keepalived v2.2.7 (01/16,2022)');

describe('what the logs of 2.2.7 tell', () => {
  const soft = 'soft step-down by priority, preempt';
  const hard = 'hard: FAULT (a prio 150';
  const cases: [what: string, file: string, heading: string, marker: string, expected: string[]][] =
    [
      [
        'a stepped down by its priority and came back',
        'failover-track_file.txt',
        soft,
        '-- log a',
        [
          'VI_1 ? > BACKUP: started',
          'VI_1 BACKUP > MASTER: started',
          'VI_1 MASTER > BACKUP: higher-priority',
          'VI_1 BACKUP > MASTER: preempted',
        ],
      ],
      [
        'b took over from the lower one, and gave back to the higher one',
        'failover-track_file.txt',
        soft,
        '-- log b',
        [
          'VI_1 ? > BACKUP: started',
          'VI_1 BACKUP > MASTER: preempted',
          'VI_1 MASTER > BACKUP: higher-priority',
        ],
      ],
      [
        'a went into FAULT by its file, and came back',
        'failover-track_file.txt',
        hard,
        '-- log a',
        [
          'VI_1 ? > BACKUP: started',
          'VI_1 BACKUP > MASTER: started',
          'VI_1 MASTER > FAULT: track-file',
          'VI_1 FAULT > BACKUP: fault-over',
          'VI_1 BACKUP > MASTER: preempted',
        ],
      ],
      [
        'b took over when a gave up',
        'failover-track_file.txt',
        hard,
        '-- log b',
        [
          'VI_1 ? > BACKUP: started',
          'VI_1 BACKUP > MASTER: peer-gave-up',
          'VI_1 MASTER > BACKUP: higher-priority',
        ],
      ],
      [
        'a sync group follows its file, also where the cause is told after the change',
        'failover-syncgroup-reload-stop.txt',
        'sync group track_file weight 0',
        '',
        [
          'VI_1 ? > MASTER: unknown',
          'VI_1 MASTER > FAULT: track-file',
          'VI_2 ? > FAULT: track-file',
          'VI_2 FAULT > BACKUP: fault-over',
          'VI_1 FAULT > BACKUP: fault-over',
          'VI_1 BACKUP > MASTER: unknown',
          'VI_2 BACKUP > MASTER: unknown',
        ],
      ],
    ];
  for (const [what, file, heading, marker, expected] of cases) {
    test(what, () => {
      assert.deepEqual(
        findTransitions(startLine, linesAfter(file, heading, marker), new Map()).map(say),
        expected,
      );
    });
  }

  test('the VRRP process was killed and started again', () => {
    const log = linesAfter('failover-syncgroup-reload-stop.txt', '== kill -9 (crash)');
    const states = known({ VI_1: 'MASTER', VI_2: 'MASTER' });
    const transitions = findTransitions([], log, states);
    assert.deepEqual(transitions.map(say), [
      'VI_1 MASTER > STOPPED: process-died',
      'VI_2 MASTER > STOPPED: process-died',
      'VI_1 STOPPED > BACKUP: restarted',
      'VI_2 STOPPED > BACKUP: restarted',
      'VI_1 BACKUP > MASTER: preempted',
    ]);
    assert.equal(transitions[0]?.atMs, new Date(2026, 10, 23, 15, 51, 14).getTime());
  });
});

/** What 2.2.7 logs (measured): VI_2 is added, then the virtual router ID of VI_1 is changed. */
describe('a reload is no start', () => {
  const start = [
    '15:13:38 Starting Keepalived v2.2.7 (01/16,2022)',
    '15:13:38 (VI_1) Entering BACKUP STATE (init)',
    '15:13:38 Starting VRRP child process, pid=12',
    '15:13:41 (VI_1) Entering MASTER STATE',
  ];
  const reload = ['15:13:43 Reloading ...', '15:13:43 Reloading'];
  const told = (states: Record<string, LastingState>, ...texts: string[]) =>
    findTransitions([], lines(...texts), known(states)).map(
      (change) => `${say(change)}, ${change.reason?.words ?? ''}`,
    );
  const alone = 'and no other server sent advertisements';

  test('an instance that it adds', () => {
    const added = [
      '15:13:43 (VI_2) Entering BACKUP STATE (init)',
      '15:13:43 Reload complete',
      '15:13:46 (VI_2) Entering MASTER STATE',
    ];
    const expected = [
      'VI_2 ? > BACKUP: reloaded, keepalived reloaded its configuration',
      `VI_2 BACKUP > MASTER: reloaded, keepalived reloaded its configuration, ${alone}`,
    ];
    const all = told({}, ...start, ...reload, ...added);
    assert.deepEqual(all.slice(0, 2), [
      'VI_1 ? > BACKUP: started, keepalived was started',
      `VI_1 BACKUP > MASTER: started, keepalived was started, ${alone}`,
    ]);
    assert.deepEqual(all.slice(2), expected);
    // It was there once, and keepalived was stopped since.
    const again = told({ VI_2: 'STOPPED' }, ...start.slice(0, 1), ...reload, ...added);
    assert.equal(
      again[0],
      'VI_2 STOPPED > BACKUP: reloaded, keepalived reloaded its configuration',
    );
  });

  test('an instance that it begins again', () => {
    const changed = [
      '15:13:43 Reload complete',
      '15:13:43 (VI_1) Entering BACKUP STATE (init)',
      '15:13:46 (VI_1) Entering MASTER STATE',
    ];
    assert.deepEqual(told({ VI_1: 'MASTER' }, ...reload, ...changed), [
      'VI_1 MASTER > BACKUP: reloaded, keepalived reloaded its configuration',
      `VI_1 BACKUP > MASTER: reloaded, keepalived reloaded its configuration, ${alone}`,
    ]);
  });

  test('a slow one, and one with a start or a death of the VRRP process since', () => {
    const first = '15:14:10 (VI_1) Entering BACKUP STATE (init)';
    assert.match(told({}, ...reload, first).join(), /reloaded its configuration$/);
    const [restart = ''] = start;
    assert.match(told({}, ...reload, restart, first).join(), /: started/);
    const died = '15:14:09 VRRP child process(12) died: Respawning';
    assert.match(told({ VI_1: 'MASTER' }, ...reload, died, first).join(), /BACKUP: restarted/);
  });

  test('where the log has neither, neither is claimed', () => {
    const first = '15:14:10 (VI_1) Entering BACKUP STATE (init)';
    assert.deepEqual(told({}, first), ['VI_1 ? > BACKUP: unknown, ']);
    assert.match(told({ VI_1: 'STOPPED' }, first).join(), /: started/);
  });
});

describe('the cause of a change', () => {
  const of = (state: LastingState, ...texts: string[]) =>
    findTransitions([], lines(...texts), known({ VI_1: state })).at(-1)?.reason;

  const cases: [
    what: string,
    from: LastingState,
    log: string[],
    code: string | undefined,
    words?: RegExp,
  ][] = [
    [
      'the interface',
      'MASTER',
      ['15:00:00 Netlink reports eth0 down', '15:00:00 (VI_1) Entering FAULT STATE'],
      'interface-down',
      /^the interface eth0 went down$/,
    ],
    [
      'the script, although an interface went down shortly before',
      'MASTER',
      [
        '15:00:00 Netlink reports eth7 down',
        '15:00:02 VRRP_Script(chk) failed (exited with status 3)',
        '15:00:02 (VI_1) Entering FAULT STATE',
      ],
      'script-failed',
      /^the tracked script chk failed \(exited with status 3\)$/,
    ],
    [
      'a script that took too long',
      'MASTER',
      ['15:00:02 VRRP_Script(chk) timed_out', '15:00:02 (VI_1) Entering FAULT STATE'],
      'script-failed',
      /\(timed out\)$/,
    ],
    [
      'a process',
      'MASTER',
      [
        '15:00:02 Process nginx, number of current processes changed from 1 to 0, quorum down',
        '15:00:02 (VI_1) Entering FAULT STATE',
      ],
      'process-missing',
      /nginx/,
    ],
    [
      'a start in FAULT, where there is no other line',
      'STOPPED',
      ['15:00:00 (VI_1) entering FAULT state (tracked process gone quorum not achieved)'],
      'fault',
      /^tracked process gone quorum not achieved$/,
    ],
    [
      'a script recovered',
      'FAULT',
      ['15:00:00 VRRP_Script(chk) succeeded', '15:00:00 (VI_1) Entering BACKUP STATE'],
      'fault-over',
      /chk recovered/,
    ],
    [
      'silence',
      'BACKUP',
      ['15:00:00 (VI_1) Receive advertisement timeout', '15:00:00 (VI_1) Entering MASTER STATE'],
      'peer-lost',
    ],
    [
      'the other one gave up, which is more than that its advertisements ended',
      'BACKUP',
      [
        '15:00:00 (VI_1) Backup received priority 0 advertisement',
        '15:00:01 (VI_1) Receive advertisement timeout',
        '15:00:01 (VI_1) Entering MASTER STATE',
      ],
      'peer-gave-up',
    ],
    [
      'the cause of another instance does not count',
      'BACKUP',
      [
        '15:00:00 (VI_2) Backup received priority 0 advertisement',
        '15:00:01 (VI_1) Entering MASTER STATE',
      ],
      undefined,
    ],
    [
      'a cause of ten seconds ago does not count',
      'MASTER',
      ['15:00:00 Netlink reports eth0 down', '15:00:10 (VI_1) Entering FAULT STATE'],
      undefined,
    ],
    [
      'the address was taken away behind its back',
      'MASTER',
      [
        '15:00:00 Netlink reflector reports IP 10.9.0.102 removed from eth0',
        '15:00:00 (VI_1) Entering BACKUP STATE',
      ],
      'address-removed',
      /^another program removed 10\.9\.0\.102 from eth0$/,
    ],
    ['an orderly stop', 'MASTER', ['15:00:00 Stopping'], 'stopped', /^keepalived was stopped$/],
  ];
  for (const [what, from, log, code, words] of cases) {
    test(what, () => {
      const reason = of(from, ...log);
      assert.equal(reason?.code, code);
      if (words) assert.match(reason?.words ?? '', words);
    });
  }

  test('lines before explain, but are not told again', () => {
    const [cause, change, other] = lines(
      '15:00:00 Netlink reports eth0 down',
      '15:00:00 (VI_2) Entering FAULT STATE',
      '15:00:00 (VI_1) Entering FAULT STATE',
    );
    assert.ok(cause && change && other);
    const found = findTransitions([cause, change], [other], known({ VI_1: 'MASTER' }));
    assert.deepEqual(found.map(say), ['VI_1 MASTER > FAULT: interface-down']);
  });

  test('a reload in FAULT is no change', () => {
    const log = lines('15:00:00 (VI_1): entering FAULT state due to script bad');
    assert.deepEqual(findTransitions([], log, known({ VI_1: 'FAULT' })), []);
  });

  test('which lines are worth a look', () => {
    const [change, stop, chatter] = lines(
      '15:00:00 (VI_1) Entering MASTER STATE',
      '15:00:00 Stopping',
      '15:00:00 (VI_1) received lower priority (50) advert from 10.9.0.1 - discarding',
    );
    assert.deepEqual(
      [change, stop, chatter].map((line) => line && isTransitionLine(line)),
      [true, true, false],
    );
  });
});

describe('how long nobody had the address', () => {
  const times = { version: 2 as const, advertIntervalSeconds: 1, priority: 100 };
  const reason = (code: 'preempted' | 'peer-gave-up' | 'peer-lost' | 'started') => ({
    code,
    words: '',
  });
  const cases: [code: Parameters<typeof reason>[0], to: LastingState, ms: number | undefined][] = [
    ['preempted', 'MASTER', 0],
    ['peer-gave-up', 'MASTER', 609],
    ['peer-lost', 'MASTER', 3_609],
    ['started', 'MASTER', undefined],
    ['peer-lost', 'BACKUP', undefined],
  ];
  for (const [code, to, ms] of cases) {
    test(`${code} to ${to}: ${String(ms)}`, () => {
      assert.equal(estimateUnserved({ to, reason: reason(code) }, times), ms);
    });
  }
  for (const [version, ms] of [
    [2, 6_609],
    [3, 7_219],
  ] as const) {
    test(`version ${version}: at an interval of 2 s, ${ms} ms after silence`, () => {
      const slow = { version, advertIntervalSeconds: 2, priority: 100 };
      const lost = { to: 'MASTER' as const, reason: reason('peer-lost') };
      assert.equal(estimateUnserved(lost, slow), ms);
    });
  }
});

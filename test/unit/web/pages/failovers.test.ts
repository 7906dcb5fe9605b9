import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type {
  FailoverRecord,
  SplitBrain,
  TransitionRecord,
} from '../../../../server/state/state-keeper.ts';
import {
  drawBars,
  findStretches,
  measureShares,
} from '../../../../server/web/pages/failovers/timeline.ts';
import { describeFailovers } from '../../../../server/web/pages/failovers/view-model.ts';
import { renderPage, sampleInstance, textOf } from './samples.ts';

type Serving = (FailoverRecord & { kind: 'serving' })['serving'];
const serving = (atMs: number, word: Serving, instance = 'VI_1'): FailoverRecord => ({
  kind: 'serving',
  ...{ atMs, instance, serving: word },
});
const gap = (fromMs: number | undefined, atMs: number): FailoverRecord => ({
  kind: 'gap',
  ...(fromMs !== undefined && { fromMs }),
  atMs,
});

const say = (records: FailoverRecord[], fromMs = 0, toMs = 100) =>
  findStretches(records, 'VI_1', fromMs, toMs)
    .map((stretch) => `${stretch.fromMs}-${stretch.toMs} ${stretch.holder}`)
    .join(', ');

describe('who had the address', () => {
  const cases: [what: string, records: FailoverRecord[], expected: string][] = [
    ['nothing is known', [], '0-100 unknown'],
    ['since before the period', [serving(-50, 'Yes')], '0-100 here'],
    [
      'a failover and back',
      [serving(0, 'Yes'), serving(40, 'No'), serving(60, 'Yes')],
      '0-40 here, 40-60 elsewhere, 60-100 here',
    ],
    [
      'from the first record on',
      [gap(undefined, 30), serving(30, 'No')],
      '0-30 unknown, 30-100 elsewhere',
    ],
    [
      'a gap is a gap, although it was the same before and after',
      [serving(0, 'Yes'), gap(20, 50), serving(51, 'Yes')],
      '0-20 here, 20-51 unknown, 51-100 here',
    ],
    [
      'a gap that began before the period',
      [serving(-90, 'Yes'), gap(-50, 10), serving(10, 'No')],
      '0-10 unknown, 10-100 elsewhere',
    ],
    [
      'the kernel could not be asked',
      [serving(0, 'Yes'), serving(50, 'Unknown')],
      '0-50 here, 50-100 unknown',
    ],
    ['another instance', [serving(0, 'Yes'), serving(50, 'No', 'VI_2')], '0-100 here'],
    ['what follows the period', [serving(0, 'Yes'), serving(150, 'No')], '0-100 here'],
    [
      'the clock was set back',
      [serving(60, 'Yes'), serving(20, 'No'), serving(70, 'Yes')],
      '0-60 unknown, 60-70 elsewhere, 70-100 here',
    ],
  ];
  for (const [what, records, expected] of cases) {
    test(what, () => {
      assert.equal(say(records), expected);
    });
  }

  test('shares and bars cover the whole period', () => {
    const stretches = findStretches([serving(0, 'Yes'), serving(75, 'No')], 'VI_1', 0, 100);
    assert.deepEqual(measureShares(stretches), { here: 75, elsewhere: 25, unknown: 0 });
    assert.deepEqual(drawBars(stretches, 1000), [
      { x: 0, width: 750, holder: 'here' },
      { x: 750, width: 250, holder: 'elsewhere' },
    ]);
  });

  test('a failover of a second is seen in a month', () => {
    const monthMs = 30 * 24 * 3_600_000;
    const records = [
      serving(0, 'Yes'),
      serving(monthMs / 2, 'No'),
      serving(monthMs / 2 + 1000, 'Yes'),
    ];
    const bars = drawBars(findStretches(records, 'VI_1', 0, monthMs), 1000);
    assert.equal(bars[1]?.holder, 'elsewhere');
    assert.ok(bars[1].width > 1);
    // The one after it must not hide it.
    assert.ok((bars[2]?.x ?? 0) >= bars[1].x + bars[1].width - 0.01);
  });
});

describe('the page', () => {
  const nowMs = Date.UTC(2026, 6, 4, 12, 0, 0);
  const transition: TransitionRecord = {
    ...{ kind: 'transition', atMs: nowMs - 60_000, instance: 'VI_1', from: 'BACKUP', to: 'MASTER' },
    reason: { code: 'peer-lost', words: 'no advertisement came from <b>the other</b>' },
    ...{ source: 'log', unservedAtMostMs: 3_609 },
  };
  const model = (
    transitions: TransitionRecord[],
    records: FailoverRecord[] = [],
    splitBrains: SplitBrain[] = [],
  ) =>
    describeFailovers({
      ...{ instances: [sampleInstance()], records, transitions, splitBrains, period: '24h', nowMs },
    });

  test('a change with its cause, escaped, and how long nobody served', () => {
    const html = renderPage('failovers', model([transition], [serving(nowMs - 3_600_000, 'Yes')]));
    const text = textOf(html);
    assert.match(
      text,
      /BACKUP → MASTER no advertisement came from <b>the other<\/b> at most 3\.6 s keepalived’s log/,
    );
    assert.match(
      text,
      /Who had the address: this server 4\.2 %, unknown: the program was not running 95\.8 %\./,
    );
    assert.ok(!html.includes('<b>the other'));
    assert.ok(!html.includes('style='));
    assert.match(html, /<rect class="holder-here" x="958\.33"/);
  });

  test('a split brain: how long it was noticed, whether it lasts, and what was seen', () => {
    const fromMs = nowMs - 600_000;
    const one: SplitBrain = {
      ...{ instance: 'VI_1', code: 'another-master', fromMs, toMs: fromMs + 303_000, end: 'known' },
      sentence: 'Another server is active: 10.9.0.2.',
    };
    const say = (splitBrain: SplitBrain) =>
      textOf(renderPage('failovers', model([], [], [splitBrain])));
    assert.match(
      say(one),
      /Split brain: two servers active .* VI_1 5 min Another server is active/,
    );
    assert.match(say({ ...one, toMs: undefined, end: 'lasts' }), /10 min so far/);
    assert.match(say({ ...one, toMs: undefined, end: 'unknown' }), /unknown: the program was not/);
    assert.match(say({ ...one, toMs: fromMs }), /noticed once/);
    assert.doesNotMatch(textOf(renderPage('failovers', model([]))), /Split brain/);
  });

  test('a change during a drill or a save names who did it, and no other does', () => {
    const action = { kind: 'action', userName: 'admin', atMs: nowMs - 70_000 } as const;
    const drill: FailoverRecord = {
      ...{ ...action, what: 'drill', instance: 'VI_1', drillAction: 'maintenance' },
      untilMs: nowMs - 59_000,
    };
    const save: FailoverRecord = { ...action, what: 'save', untilMs: nowMs - 62_000 };
    const authors = (record: FailoverRecord, atMs = transition.atMs) =>
      model([{ ...transition, atMs }], [record]).rows.map(({ author }) => author);
    assert.deepEqual(authors(drill), ['at the time of a drill of VI_1 by admin: Maintenance']);
    assert.deepEqual(authors(save), ['at the time of a save by admin']);
    const goingBack: FailoverRecord = {
      ...{ ...action, what: 'going-back', userName: 'keepalived-wai', remoteAddress: 'none' },
      untilMs: nowMs - 62_000,
    };
    assert.match(
      authors(goingBack).join(),
      /^at the time of an automatic rollback by keepalived-wai: nobody confirmed the change$/,
    );
    assert.deepEqual(authors(save, nowMs - 72_000), ['']);
    assert.deepEqual(authors(save, nowMs - 50_000), ['']);
    const text = textOf(renderPage('failovers', model([transition], [save])));
    assert.match(text, /\(at the time of a save by admin\)/);
  });

  test('a full partition shows its beginning: when this server no longer heard the other one', () => {
    const fromMs = nowMs - 600_000;
    const one: SplitBrain = {
      ...{ instance: 'VI_1', code: 'another-master', fromMs, toMs: fromMs + 2_000, end: 'known' },
      sentence: 'Another server is active: 10.9.0.2.',
    };
    const took: TransitionRecord = { ...transition, atMs: fromMs - 303_000 };
    const say = (transitions: TransitionRecord[]) =>
      model(transitions, [], [one]).splitBrains[0]?.sentence ?? '';
    assert.match(
      say([took]),
      /Both may have been active since 2026-07-04 .*, 5 min earlier\. This server became MASTER then/,
    );
    const reason = { code: 'preempted', words: '' } as const;
    assert.doesNotMatch(say([{ ...took, reason }]), /Both may/);
    assert.doesNotMatch(say([{ ...took, to: 'BACKUP', atMs: fromMs - 1_000 }, took]), /Both may/);
  });

  test('there and back is one row, with its full length and each cause once', () => {
    const step = (
      from: TransitionRecord['from'],
      to: TransitionRecord['to'],
      agoMs: number,
      words: string,
    ): TransitionRecord => ({
      ...{ kind: 'transition', instance: 'VI_1', source: 'log', to, atMs: nowMs - agoMs },
      ...(from && { from }),
      reason: { code: 'fault', words },
    });
    const newestFirst = [
      step('BACKUP', 'MASTER', 20_000, 'its priority is higher'),
      step('FAULT', 'BACKUP', 24_000, 'eth0 recovered'),
      step('MASTER', 'FAULT', 60_000, 'eth0 is down'),
    ];
    const { rows } = model(newestFirst);
    assert.deepEqual(
      rows.map(({ change, lasted, reason }) => [change, lasted, reason]),
      [
        [
          'MASTER → FAULT → BACKUP → MASTER',
          '40 s',
          'eth0 is down; then: eth0 recovered; then: its priority is higher',
        ],
      ],
    );
    // A new role of hours is no pair; a fault of hours is one.
    const hourMs = 3_600_000;
    const moved = [step('BACKUP', 'MASTER', 0, 'b'), step('MASTER', 'BACKUP', 5 * hourMs, 'a')];
    assert.equal(model(moved).rows.length, 2);
    const started = [
      ...[step('MASTER', 'BACKUP', 7_000, 'd'), step('BACKUP', 'MASTER', 8_000, 'c')],
      ...[step(undefined, 'BACKUP', 9_000, 'started')],
    ];
    assert.deepEqual(
      model(started).rows.map(({ change }) => change),
      ['BACKUP → MASTER → BACKUP', 'not known → BACKUP'],
    );
    const faulty = [step('FAULT', 'BACKUP', 0, 'b'), step('BACKUP', 'FAULT', 5 * hourMs, 'a')];
    assert.deepEqual(
      model(faulty).rows.map(({ lasted }) => lasted),
      ['5 h'],
    );
  });

  test('a split brain is a mark in the timeline, with its length', () => {
    const one: SplitBrain = {
      ...{ instance: 'VI_1', code: 'another-master', end: 'known', sentence: undefined },
      ...{ fromMs: nowMs - 12 * 3_600_000, toMs: nowMs - 6 * 3_600_000 },
    };
    const [timeline] = model([], [], [one]).timelines;
    assert.deepEqual(timeline?.marks, [{ x: 500, width: 250 }]);
    assert.match(timeline.description, /Two servers were seen active once, for 6 h\./);
    assert.match(renderPage('failovers', model([], [], [one])), /class="holder-two" x="500"/);
  });

  test('without a change it says so', () => {
    assert.match(
      textOf(renderPage('failovers', model([]))),
      /No change is known in the last 24 hours/,
    );
  });

  test('many changes are cut off, and that is said', () => {
    const dayMs = 86_400_000;
    const all = Array.from({ length: 201 }, (_, day) => ({
      ...{ ...transition, atMs: transition.atMs - day * dayMs },
    }));
    const { rows, summary } = model(all);
    assert.equal(rows.length, 200);
    assert.match(summary, /newest 200/);
  });

  test('an instance that is gone is still drawn', () => {
    const { timelines } = model([], [serving(nowMs - 1_000, 'Yes', 'VI_OLD')]);
    assert.deepEqual(
      timelines.map(({ instanceName }) => instanceName),
      ['VI_1', 'VI_OLD'],
    );
  });
});

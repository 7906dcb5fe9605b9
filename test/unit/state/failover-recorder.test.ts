import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import type { DaemonProcess, RuntimeInstance } from '../../../server/keepalived/proof/evidence.ts';
import { noLogEvidence } from '../../../server/keepalived/runtime/log/log-evidence.ts';
import type { LogLine } from '../../../server/keepalived/runtime/log/log-lines.ts';
import { raise } from '../../../server/keepalived/status/alarms/alarm-codes.ts';
import type { Alarm } from '../../../server/keepalived/status/alarms/alarm-codes.ts';
import type { Evidence } from '../../../server/keepalived/status/status.ts';
import { createFailoverRecorder } from '../../../server/state/failover-recorder.ts';
import { failoverRecordSchema } from '../../../server/state/failover-records.ts';
import type { FailoverRecord, FailoverStore } from '../../../server/state/failover-records.ts';
import { findSplitBrains } from '../../../server/state/split-brains.ts';
import { findStretches } from '../../../server/web/pages/failovers/timeline.ts';
import { sampleInstance, sampleStatus } from '../web/pages/samples.ts';

const startMs = Date.UTC(2026, 6, 4, 12, 0, 0);
const running: DaemonProcess = {
  ...{ state: 'running', pid: 7, startedAtMs: 0, version: '2.2.7', vrrpPid: 8, childPids: [8] },
};
const stopped: DaemonProcess = { state: 'stopped', stalePidFile: undefined, leftChildPids: [] };

function createScene(
  context: TestContext,
  {
    before = [],
    lastTouchedAtMs,
    logged = [],
    isStarted = true,
  }: {
    before?: FailoverRecord[];
    lastTouchedAtMs?: number;
    logged?: LogLine[];
    isStarted?: boolean;
  } = {},
) {
  context.mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: startMs });
  let records = before;
  const store: FailoverStore = {
    entries: () => records,
    lastTouchedAtMs,
    append(added) {
      records = [...records, ...added];
      return Promise.resolve();
    },
    touch: () => Promise.resolve(),
  };
  let sleptMs = 0;
  const clock = { monotonicMs: () => Date.now() - startMs - sleptMs, wallMs: () => Date.now() };
  const problems: unknown[] = [];
  const recorder = createFailoverRecorder({
    ...{ store, clock, onRecorded: () => undefined },
    onProblem: (error) => problems.push(error),
  });
  if (isStarted) recorder.start(logged);
  context.after(() => recorder.close());
  return {
    recorder,
    wait: (ms: number) => {
      // Each timer sees the time at which the tick ends.
      const steps = Math.ceil(ms / 100);
      for (let step = 1; step <= steps; step += 1) {
        context.mock.timers.tick(step < steps ? 100 : ms - (steps - 1) * 100);
      }
    },
    /** The program is stopped, hung, or the machine sleeps: time passes, and no timer is run. */
    sleep: (ms: number, isMachine = false) => {
      if (isMachine) sleptMs += ms;
      context.mock.timers.setTime(Date.now() + ms);
    },
    /** A look at the machine: what keepalived says, and whether the kernel has the address. */
    look: (
      state: RuntimeInstance['state'] | 'stopped',
      changedAtMs: number,
      serving: 'Yes' | 'No',
      daemon: DaemonProcess = running,
      lookedAtMs = clock.monotonicMs(),
      /** Monotonic: when another master was heard last, and what the alarms say of it. */
      other: { heardAtMs: number; alarms: Alarm[] } = { heardAtMs: 0, alarms: [] },
    ) => {
      const evidence: Evidence = {
        ...{ configuration: undefined, startOnBoot: undefined, tracking: undefined },
        ...{ healthchecks: new Map(), findings: [] },
        log: { ...noLogEvidence, otherMasters: heard(other.heardAtMs) },
        network: { value: { ok: true, interfaces: [] }, atMs: lookedAtMs },
        ...{ lastAccountAtMs: undefined, statesSinceMs: undefined },
        daemon: { value: state === 'stopped' ? stopped : daemon, atMs: clock.monotonicMs() },
        runtime:
          state === 'stopped'
            ? undefined
            : {
                value: {
                  ok: true,
                  source: 'json',
                  instances: [runtimeInstance(state, changedAtMs)],
                },
                atMs: clock.monotonicMs(),
              },
      };
      recorder.noteEvidence(
        evidence,
        sampleStatus({ instances: [sampleInstance({ serving, alarms: other.alarms })] }),
      );
    },
    told: () =>
      records.slice(before.length).map((record) => {
        const at = record.atMs - startMs;
        switch (record.kind) {
          case 'transition':
            return `${at} ${record.from ?? '?'} > ${record.to} by ${record.source}: ${record.reason?.code ?? 'unknown'}`;
          case 'serving':
            return `${at} serving ${record.serving}`;
          case 'split-brain':
            return `${at} ${record.code} ${record.phase}`;
          case 'action':
            return `${at} until ${record.untilMs - startMs}: ${record.what} by ${record.userName}`;
          case 'gap':
            return `${at} gap from ${record.fromMs === undefined ? 'ever' : record.fromMs - startMs}`;
        }
      }),
    records: () => records,
    /** Since when the instance has been in its state. */
    since: () => {
      const atMs = recorder.stateBegins().get('VI_1')?.claimsMs.at(-1);
      return atMs === undefined ? undefined : atMs - startMs;
    },
  };
}

function runtimeInstance(state: RuntimeInstance['state'], changedAtMs: number): RuntimeInstance {
  return {
    ...{ name: 'VI_1', state, wantedState: state, interfaceName: 'eth0', virtualRouterId: 51 },
    ...{ version: 2, basePriority: 100, effectivePriority: 100, advertIntervalSeconds: 1 },
    ...{ nopreempt: false, lastTransitionAtMs: changedAtMs, authentication: 'none' },
    ...{ addresses: [], statistics: {} },
  };
}

const heard = (atMs: number) =>
  new Map([['VI_1', { value: { address: '10.9.0.2', priority: 100, refusal: undefined }, atMs }]]);

function line(message: string, atMs = Date.now()): LogLine {
  // As a log of whole seconds has it.
  const second = Math.floor(atMs / 1000) * 1000;
  return { atMs: second, timeText: '', tag: 'Keepalived_vrrp', pid: 8, message, raw: message };
}

const wasBackup: FailoverRecord = {
  kind: 'transition',
  atMs: 0,
  instance: 'VI_1',
  to: 'BACKUP',
  source: 'log',
};
const wasMaster: FailoverRecord = { ...wasBackup, to: 'MASTER' };

describe('the history of failovers', () => {
  test('a takeover: told by the log, timed by the dump, once', (context) => {
    const scene = createScene(context, { before: [wasBackup] });
    scene.wait(10_700);
    scene.recorder.noteLines([
      line('(VI_1) Receive advertisement timeout'),
      line('(VI_1) Entering MASTER STATE'),
    ]);
    scene.wait(50);
    scene.look('MASTER', startMs + 10_654, 'Yes');
    scene.wait(5_000);
    scene.look('MASTER', startMs + 10_654, 'Yes');
    scene.wait(5_000);
    assert.deepEqual(scene.told(), [
      '0 gap from ever',
      '10654 BACKUP > MASTER by log: peer-lost',
      '10750 serving Yes',
    ]);
    const takeover = scene.records().find(({ atMs }) => atMs === startMs + 10_654);
    assert.equal(takeover?.kind === 'transition' && takeover.unservedAtMostMs, 3_609);
  });

  test('without a log the dump tells', (context) => {
    const scene = createScene(context, { before: [wasBackup] });
    scene.wait(5_000);
    scene.look('MASTER', startMs + 2_345, 'Yes');
    scene.wait(5_000);
    assert.deepEqual(scene.told(), [
      '0 gap from ever',
      '2345 BACKUP > MASTER by dump: unknown',
      '5000 serving Yes',
    ]);
  });

  test('a dump from before the line does not take it back', (context) => {
    const scene = createScene(context, { before: [wasBackup] });
    scene.look('BACKUP', startMs - 60_000, 'No');
    scene.wait(2_000);
    scene.recorder.noteLines([line('(VI_1) Entering MASTER STATE')]);
    scene.wait(2_000);
    assert.deepEqual(scene.told(), [
      '0 gap from ever',
      '0 serving No',
      '2000 BACKUP > MASTER by log: unknown',
    ]);
  });

  test('keepalived was killed: nobody logged it', (context) => {
    const scene = createScene(context, { before: [wasMaster] });
    scene.look('MASTER', startMs - 60_000, 'Yes');
    scene.wait(3_000);
    scene.look('stopped', 0, 'Yes');
    scene.wait(500);
    scene.look('stopped', 0, 'Yes');
    scene.wait(2_000);
    assert.deepEqual(scene.told(), [
      '0 gap from ever',
      '0 serving Yes',
      '3000 MASTER > STOPPED by process: process-died',
    ]);
  });

  test('keepalived was killed and started again before anything was written down', (context) => {
    const scene = createScene(context, { before: [wasMaster] });
    scene.look('MASTER', startMs - 60_000, 'Yes');
    scene.wait(3_000);
    scene.look('stopped', 0, 'Yes');
    scene.wait(300);
    scene.recorder.noteLines([
      line('Starting Keepalived v2.2.7'),
      line('(VI_1) Entering BACKUP STATE (init)'),
    ]);
    scene.look('BACKUP', startMs + 3_300, 'No');
    scene.wait(2_000);
    assert.deepEqual(scene.told(), [
      '0 gap from ever',
      '0 serving Yes',
      '3000 MASTER > STOPPED by process: process-died',
      '3300 STOPPED > BACKUP by log: started',
      '3300 serving No',
    ]);
  });

  test('the end of the old process is noticed only when the new one has spoken', (context) => {
    const scene = createScene(context, { before: [wasMaster] });
    scene.look('MASTER', startMs - 60_000, 'Yes');
    scene.wait(3_000);
    scene.recorder.noteLines([line('Stopping')]);
    scene.wait(2_000);
    scene.recorder.noteLines([line('(VI_1) Entering BACKUP STATE (init)')]);
    scene.wait(2_000);
    scene.look('BACKUP', startMs + 5_300, 'No', {
      ...running,
      pid: 9,
      startedAtMs: startMs + 5_100,
    });
    scene.wait(2_000);
    assert.deepEqual(scene.told(), [
      '0 gap from ever',
      '0 serving Yes',
      '3000 MASTER > STOPPED by log: stopped',
      '5000 STOPPED > BACKUP by log: started',
      // Seen so at 7000 only.
      '3000 serving No',
    ]);
  });

  test('keepalived ended while nobody watched: it has by the start at the latest', (context) => {
    const scene = createScene(context, { before: [wasMaster], isStarted: false });
    scene.look('stopped', 0, 'No');
    scene.recorder.start([]);
    scene.wait(2_000);
    assert.deepEqual(scene.told(), [
      '0 gap from ever',
      '0 MASTER > STOPPED by process: process-died',
      '0 serving No',
    ]);
  });

  test('keepalived ran on while nobody watched: nothing has happened', (context) => {
    const scene = createScene(context, { before: [wasMaster], isStarted: false });
    scene.look('MASTER', startMs - 60_000, 'Yes');
    scene.recorder.start([]);
    scene.wait(2_000);
    assert.deepEqual(scene.told(), ['0 gap from ever', '0 serving Yes']);
  });

  test('a look at its process that failed says nothing of it', (context) => {
    const scene = createScene(context, { before: [wasMaster] });
    scene.look('MASTER', startMs - 60_000, 'Yes');
    scene.wait(3_000);
    scene.look('MASTER', startMs - 60_000, 'Yes', { state: 'unknown', reason: 'no /proc' });
    scene.wait(3_000);
    scene.look('MASTER', startMs - 60_000, 'Yes');
    scene.wait(3_000);
    assert.deepEqual(scene.told(), ['0 gap from ever', '0 serving Yes']);
  });

  test('another keepalived runs: the old one ended before the second in which it was started', (context) => {
    const scene = createScene(context, { before: [wasMaster] });
    scene.look('MASTER', startMs - 60_000, 'Yes');
    scene.wait(3_000);
    const startedAtMs = startMs + 2_700;
    scene.look('BACKUP', startMs + 2_750, 'No', { ...running, pid: 9, startedAtMs });
    scene.wait(2_000);
    assert.deepEqual(scene.told().slice(0, 4), [
      '0 gap from ever',
      '0 serving Yes',
      '1999 MASTER > STOPPED by process: process-died',
      '2750 STOPPED > BACKUP by dump: unknown',
    ]);
  });

  for (const [others, reason] of [
    [150, 'interface-down'],
    [350, 'unknown'],
  ] as const) {
    test(`a cause ${others} lines before a change is ${reason}`, (context) => {
      const scene = createScene(context, { before: [wasMaster] });
      scene.wait(10_000);
      const noise = Array.from({ length: others }, () => line('nothing of interest'));
      scene.recorder.noteLines([line('Netlink reports eth0 down'), ...noise]);
      scene.wait(100);
      scene.recorder.noteLines([line('(VI_1) Entering FAULT STATE')]);
      scene.wait(2_000);
      assert.match(scene.told().at(-1) ?? '', new RegExp(`MASTER > FAULT by log: ${reason}$`));
    });
  }

  test('keepalived was stopped: the log told why, and the dead process adds nothing', (context) => {
    const scene = createScene(context, { before: [wasMaster] });
    scene.wait(3_000);
    scene.recorder.noteLines([line('Stopping')]);
    scene.wait(1_000);
    scene.look('stopped', 0, 'No');
    scene.wait(2_000);
    assert.deepEqual(scene.told(), [
      '0 gap from ever',
      '3000 MASTER > STOPPED by log: stopped',
      '4000 serving No',
    ]);
  });

  test('the page was down: a gap, and what the log tells of that time', (context) => {
    const scene = createScene(context, {
      before: [wasMaster],
      lastTouchedAtMs: startMs - 3_600_000,
      logged: [
        line('(VI_1) Entering BACKUP STATE', startMs - 7_200_000),
        line('Netlink reports eth0 down', startMs - 1_800_000),
        line('(VI_1) Entering FAULT STATE', startMs - 1_800_000),
      ],
    });
    scene.wait(2_000);
    assert.deepEqual(scene.told(), [
      '0 gap from -3600000',
      '-1800000 MASTER > FAULT by log: interface-down',
    ]);
  });

  test('the first start takes what the log has', (context) => {
    const scene = createScene(context, {
      logged: [
        line('Starting Keepalived v2.2.7 (01/16,2022)', startMs - 7_200_000),
        line('(VI_1) Entering BACKUP STATE (init)', startMs - 7_200_000),
        line('(VI_1) Entering MASTER STATE', startMs - 3_600_000),
      ],
    });
    scene.wait(2_000);
    assert.deepEqual(scene.told(), [
      '0 gap from ever',
      '-7200000 ? > BACKUP by log: started',
      '-3600000 BACKUP > MASTER by log: unknown',
    ]);
  });

  test('a page that ends writes what is pending', async (context) => {
    const scene = createScene(context, { before: [wasMaster] });
    scene.recorder.noteLines([line('(VI_1) Entering BACKUP STATE')]);
    await scene.recorder.close();
    assert.deepEqual(scene.told(), ['0 gap from ever', '0 MASTER > BACKUP by log: unknown']);
  });

  for (const isMachine of [false, true]) {
    const who = isMachine ? 'the machine slept' : 'the program was stopped or hung';
    test(`${who}: nobody watched, and what it says afterwards is evaluated again`, (context) => {
      const scene = createScene(context, { before: [wasMaster] });
      scene.look('MASTER', startMs - 60_000, 'Yes');
      scene.wait(10_000);
      scene.look('MASTER', startMs - 60_000, 'Yes');
      scene.sleep(600_000, isMachine);
      // Asked before, answered now.
      const before = 10_000;
      scene.look('MASTER', startMs - 60_000, 'Yes', running, before);
      scene.recorder.noteLines([line('(VI_1) Entering BACKUP STATE', startMs + 300_000)]);
      scene.wait(100);
      scene.look('BACKUP', startMs + 300_250, 'No');
      scene.wait(5_000);
      assert.deepEqual(scene.told(), [
        '0 gap from ever',
        '0 serving Yes',
        '610000 gap from 10000',
        '300250 MASTER > BACKUP by log: unknown',
        '610100 serving No',
      ]);
      const drawn = findStretches(scene.records(), 'VI_1', startMs, startMs + 620_000);
      assert.deepEqual(
        drawn.map(({ toMs, holder }) => [toMs - startMs, holder]),
        [
          [10_000, 'here'],
          [610_100, 'unknown'],
          [620_000, 'elsewhere'],
        ],
      );
    });
  }

  test('a sleep is noticed by the next beat, whoever speaks, and a late timer is none', (context) => {
    const scene = createScene(context, { before: [wasMaster] });
    scene.wait(2_000);
    scene.sleep(3_500);
    scene.wait(60_000);
    assert.deepEqual(scene.told(), ['0 gap from ever']);
    scene.sleep(30_000);
    scene.wait(1_000);
    assert.deepEqual(scene.told(), ['0 gap from ever', '95600 gap from 65000']);
  });

  test('what was pending before a sleep is written down before it', (context) => {
    const scene = createScene(context, { before: [wasMaster] });
    scene.wait(5_000);
    scene.look('MASTER', startMs - 60_000, 'Yes');
    scene.sleep(60_000);
    scene.wait(2_000);
    assert.deepEqual(scene.told().slice(1, 3), ['5000 serving Yes', '65100 gap from 5000']);
  });

  test('a look at the kernel that was late: the address was gone when the state was', (context) => {
    const scene = createScene(context, { before: [wasMaster] });
    scene.look('MASTER', startMs - 60_000, 'Yes');
    scene.wait(10_000);
    scene.look('MASTER', startMs - 60_000, 'Yes');
    scene.wait(4_500);
    scene.look('BACKUP', startMs + 10_400, 'No');
    scene.wait(2_000);
    assert.deepEqual(scene.told().slice(1), [
      '0 serving Yes',
      '10400 MASTER > BACKUP by dump: unknown',
      '10400 serving No',
    ]);
  });

  test('an address that was seen after the state was gone was here so long', (context) => {
    const scene = createScene(context, { before: [wasMaster] });
    scene.look('MASTER', startMs - 60_000, 'Yes');
    scene.wait(10_000);
    scene.look('BACKUP', startMs + 5_000, 'Yes');
    scene.wait(4_500);
    scene.look('BACKUP', startMs + 5_000, 'No');
    scene.wait(2_000);
    assert.deepEqual(scene.told().slice(1), [
      '0 serving Yes',
      '5000 MASTER > BACKUP by dump: unknown',
      '14500 serving No',
    ]);
  });

  test('the clock was set back: what happens is still told, in its order', (context) => {
    const scene = createScene(context, { before: [{ ...wasMaster, atMs: startMs + 9e9 }] });
    scene.recorder.noteLines([line('(VI_1) Entering BACKUP STATE')]);
    scene.wait(2_000);
    assert.deepEqual(scene.told(), ['0 gap from ever', '0 MASTER > BACKUP by log: unknown']);
  });
});

test('who did a drill or a save is written down, with the time that it took', (context) => {
  const scene = createScene(context, { before: [wasMaster] });
  scene.wait(10_000);
  const drill = { what: 'drill', instance: 'VI_1', drillAction: 'maintenance' } as const;
  scene.recorder.noteAction({ ...drill, userName: 'admin', durationMs: 4_000 });
  scene.recorder.noteAction({ what: 'save', userName: 'maria', durationMs: 500 });
  assert.deepEqual(scene.told().slice(1), [
    '6000 until 10000: drill by admin',
    '9500 until 10000: save by maria',
  ]);
  assert.ok(scene.records().every((record) => failoverRecordSchema.safeParse(record).success));
});

describe('a split brain', () => {
  const alarms = [raise('another-master', 'Another server is active: 10.9.0.2.')];
  /** A look each second, while another master is heard. */
  const watch = (scene: ReturnType<typeof createScene>, seconds: number, lastHeardMs?: number) => {
    for (let second = 0; second < seconds; second += 1) {
      const nowMs = Date.now() - startMs;
      const heardAtMs = Math.min(nowMs, lastHeardMs ?? nowMs);
      scene.look('MASTER', startMs - 60_000, 'Yes', running, nowMs, { heardAtMs, alarms });
      scene.wait(1_000);
    }
  };

  test('five minutes of it: from when the other was heard first until it was heard last', (context) => {
    const scene = createScene(context, { before: [wasMaster] });
    scene.wait(10_000);
    // The alarm outlasts what was heard by 15 s.
    watch(scene, 316, 310_000);
    scene.look('MASTER', startMs - 60_000, 'Yes');
    scene.wait(2_000);
    const told = scene.told().filter((text) => text.includes('another-master'));
    assert.deepEqual(told, ['10000 another-master begin', '310000 another-master end']);
    assert.deepEqual(findSplitBrains(scene.records()), [
      {
        ...{
          instance: 'VI_1',
          code: 'another-master',
          end: 'known',
          sentence: alarms[0]?.sentence,
        },
        ...{ fromMs: startMs + 10_000, toMs: startMs + 310_000 },
      },
    ]);
  });

  test('an ordinary failover, in which both are master for a moment, is none', (context) => {
    const scene = createScene(context, { before: [wasMaster] });
    scene.wait(10_000);
    watch(scene, 1);
    scene.look('BACKUP', startMs + 10_400, 'No');
    scene.wait(20_000);
    scene.look('BACKUP', startMs + 10_400, 'No');
    assert.ok(!scene.told().some((text) => text.includes('another-master')));
  });

  test('nobody watched when it ended: no end is made up, and what goes on begins again', (context) => {
    const scene = createScene(context, { before: [wasMaster] });
    scene.wait(10_000);
    watch(scene, 5);
    scene.sleep(600_000);
    watch(scene, 5);
    assert.deepEqual(
      findSplitBrains(scene.records()).map(({ fromMs, end }) => [fromMs - startMs, end]),
      [
        [615_000, 'lasts'],
        [10_000, 'unknown'],
      ],
    );
  });

  test('an address that Debug found twice', (context) => {
    const scene = createScene(context, { before: [wasMaster] });
    scene.wait(10_000);
    const twice = raise('address-twice', 'Another machine answers for 192.168.0.100.');
    const found = { heardAtMs: 0, alarms: [{ ...twice, foundAtMs: startMs + 7_000 }] };
    for (let second = 0; second < 5; second += 1) {
      const nowMs = Date.now() - startMs;
      scene.look('MASTER', startMs - 60_000, 'Yes', running, nowMs, found);
      scene.wait(1_000);
    }
    scene.look('MASTER', startMs - 60_000, 'Yes');
    assert.deepEqual(
      scene.told().filter((text) => text.includes('twice')),
      ['7000 address-twice begin', '14000 address-twice end'],
    );
  });

  test('records of before are still read', () => {
    const old = [wasMaster, { kind: 'gap', atMs: 5 }];
    assert.ok(old.every((record) => failoverRecordSchema.safeParse(record).success));
  });
});

describe('since when a state lasts', () => {
  test('a reload is no change, whether its lines or the account come first', (context) => {
    const scene = createScene(context, { before: [wasBackup] });
    scene.recorder.noteLines([line('(VI_1) Entering MASTER STATE')]);
    scene.look('MASTER', startMs + 40, 'Yes');
    scene.wait(10_000);
    scene.recorder.noteLines([line('Reloading ...'), line('Reload complete')]);
    scene.look('MASTER', startMs + 10_030, 'Yes');
    assert.equal(scene.since(), 40);
    scene.wait(10_000);
    scene.look('MASTER', startMs + 20_030, 'Yes');
    scene.recorder.noteLines([line('Reloading ...'), line('Reload complete')]);
    assert.equal(scene.since(), 40);
    scene.wait(10_000);
    assert.equal(scene.since(), 40);
  });

  test('changes after a reload, told by the log or only by the account, count', (context) => {
    const scene = createScene(context, { before: [wasMaster] });
    scene.look('MASTER', startMs - 60_000, 'Yes');
    scene.wait(10_000);
    scene.recorder.noteLines([
      line('Reloading ...'),
      line('(VI_1) Entering BACKUP STATE'),
      line('(VI_1) Entering MASTER STATE'),
    ]);
    scene.look('MASTER', startMs + 10_600, 'Yes');
    scene.wait(3_000);
    assert.equal(scene.since(), 10_600);
    scene.wait(10_000);
    scene.look('MASTER', startMs + 22_000, 'Yes');
    assert.equal(scene.since(), 22_000);
  });

  test('a reload before the program’s start: the record knows, if the log reaches back to it', (context) => {
    const reload = line('Reload complete', startMs - 600_000);
    const options = {
      before: [{ ...wasMaster, atMs: startMs - 7_200_000 }],
      lastTouchedAtMs: startMs - 3_600_000,
    };
    const older = line('Startup complete', startMs - 8_000_000);
    const covered = createScene(context, { ...options, logged: [older, reload] });
    covered.look('MASTER', startMs - 599_300, 'Yes');
    covered.wait(2_000);
    assert.equal(covered.since(), -7_200_000);
    context.mock.timers.reset();
    const uncovered = createScene(context, { ...options, logged: [reload] });
    uncovered.look('MASTER', startMs - 599_300, 'Yes');
    uncovered.wait(2_000);
    assert.equal(uncovered.since(), -599_300);
  });

  test('under another keepalived it starts again', (context) => {
    const scene = createScene(context, { before: [wasMaster] });
    scene.look('MASTER', startMs - 60_000, 'Yes');
    scene.wait(10_000);
    scene.recorder.noteLines([line('Reload complete')]);
    scene.look('MASTER', startMs + 10_500, 'Yes', { ...running, pid: 9, startedAtMs: startMs });
    assert.equal(scene.since(), 10_500);
  });
});

test('a line of whole seconds is not before the change that the dump has timed', (context) => {
  const scene = createScene(context, { before: [wasBackup] });
  scene.wait(10_700);
  scene.recorder.noteLines([line('(VI_1) Entering MASTER STATE')]);
  scene.look('MASTER', startMs + 10_654, 'Yes');
  scene.wait(2_000);
  scene.recorder.noteLines([line('(VI_1) Entering BACKUP STATE', startMs + 10_900)]);
  scene.wait(2_000);
  const changes = scene.told().filter((one) => one.includes(' > '));
  assert.deepEqual(
    changes.map((one) => one.replace(/ by .*/, '')),
    ['10654 BACKUP > MASTER', '10654 MASTER > BACKUP'],
  );
});

test('of a flood of lines the newest are read, and that some were not, too', (context) => {
  const scene = createScene(context, { before: [wasBackup] });
  scene.wait(2_000);
  const from = scene.told().length;
  for (let count = 0; count < 12_000; count += 1) {
    const state = count % 2 === 0 ? 'MASTER' : 'BACKUP';
    scene.recorder.noteLines([line(`(VI_1) Entering ${state} STATE`)]);
  }
  scene.recorder.noteLines([line('(VI_1) Entering MASTER STATE')]);
  scene.wait(2_000);
  const told = scene.told().slice(from);
  assert.equal(told.filter((text) => text.endsWith(' gap from 2000')).length, 1);
  const changes = told.filter((text) => text.includes(' by log: '));
  assert.ok(changes.length > 4_000 && changes.length <= 5_000, String(changes.length));
  assert.match(changes.at(-1) ?? '', /BACKUP > MASTER by log/);
});

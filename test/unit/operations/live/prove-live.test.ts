/** What is taken as a proof that keepalived runs a file, and what is not. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Appliance, CommandReport } from '../../../../server/appliance/appliance.ts';
import {
  placeText,
  seeConfiguration,
} from '../../../../server/operations/checks/configuration-seen.ts';
import {
  commandFailure,
  loadAndProve,
  lookBefore,
} from '../../../../server/operations/live/prove-live.ts';
import type { LoadRequest } from '../../../../server/operations/live/prove-live.ts';
import { createSampleMachine, sampleRuntime } from '../sample-machine.ts';
import {
  backup,
  createScriptedKeepalived,
  ok,
  quicken,
  running,
  seeing,
  stopped,
  summaryOf,
} from './scripted-keepalived.ts';
import type { Look } from './scripted-keepalived.ts';

const reloaded = ['Reloading ...', 'Reload complete'];
const exited: CommandReport = { ...ok, result: 'exited', exitCode: 1, output: 'no right' };

interface Case extends Partial<LoadRequest> {
  looks: Look[];
  report?: CommandReport;
  change?: (appliance: Appliance) => Partial<Appliance>;
}

async function prove({ looks, report, change = () => ({}), ...request }: Case) {
  const { appliance, asked } = createScriptedKeepalived(looks, report);
  const result = await loadAndProve(
    { ...appliance, ...change(appliance) },
    {
      ...{ command: 'reload', restored: false, before: seeing(), expected: summaryOf() },
      ...{ previous: summaryOf(), ...request },
    },
  );
  return { ...result, asked };
}

const countLooks = ({ asked }: { asked: string[] }): number =>
  asked.filter((one) => one === 'daemon').length;

describe('a reload is proved', () => {
  it('by two looks of a keepalived that says it has read the file; the second asks it', async () => {
    const order: string[] = [];
    const { asked, ...result } = await prove({
      looks: [{ log: reloaded }],
      onTold: () => Promise.resolve(void order.push('told')),
      onEvidence: ({ daemon, runtime }) =>
        void order.push(`${daemon.state} ${runtime ? 'account' : 'none'}`),
    });
    assert.deepEqual([result.failure, result.about, result.readMs], [undefined, 'load', 0]);
    assert.deepEqual(result.report, ok);
    assert.deepEqual(asked, ['reload keepalived', 'daemon', 'daemon', 'runtime']);
    assert.deepEqual(order, ['told', 'running none', 'running account']);
    assert.equal(result.after.runtime?.ok, true);
    assert.ok(result.afterAtMs > 0 && result.afterAtMs <= performance.now());
  });

  it('also where the log cannot be read, by its account alone', async (context) => {
    quicken(context, 20);
    for (const readLog of [
      () => Promise.resolve({ ok: false, reason: 'there is none' } as never),
      () => Promise.resolve({ ok: true, lines: [], source: '', reachedStart: true } as never),
    ]) {
      const { failure, asked } = await prove({ looks: [{}], change: () => ({ readLog }) });
      assert.equal(failure, undefined);
      assert.deepEqual(asked.slice(1), ['daemon', 'runtime', 'daemon', 'runtime']);
    }
  });

  it('not before it has said so: what it tells until then is of the old file', async () => {
    let reads = 0;
    let looksBefore = 0;
    const { failure, asked } = await prove({
      looks: [{ log: reloaded }],
      change: (appliance) => ({
        readNewerLog(after, filter) {
          reads += 1;
          if (reads > 5) return appliance.readNewerLog(after, filter);
          return Promise.resolve({
            ...{ ok: true, lines: [], newest: after, hasMore: false, isGap: false },
          });
        },
        readDaemon() {
          if (reads <= 5) looksBefore += 1;
          return appliance.readDaemon();
        },
      }),
    });
    assert.equal(failure, undefined);
    assert.deepEqual([looksBefore, asked.length], [0, 4]);
  });

  it('of one that was told before a crash without telling it again', async () => {
    const { report, failure, asked } = await prove({ command: 'none', looks: [{ log: reloaded }] });
    assert.deepEqual([report, failure], [undefined, undefined]);
    assert.doesNotMatch(asked.join(), /keepalived/);
  });

  it('of a start although it is another process', async () => {
    const { failure, asked } = await prove({
      ...{ command: 'start', looks: [{ daemon: running(200, 201), log: ['200: Starting'] }] },
    });
    assert.equal(failure, undefined);
    assert.equal(asked[0], 'start keepalived');
  });
});

describe('a command that fails', () => {
  it('is told in keepalived’s words where it has any, else in its own', async (context) => {
    quicken(context, 20);
    let told = 0;
    const onTold = () => Promise.resolve(void (told += 1));
    const silent = await prove({ looks: [{}], report: exited, onTold });
    assert.equal(silent.failure, '“reload” ended with exit code 1: no right');
    assert.deepEqual([silent.about, silent.readMs, silent.report], ['load', 0, exited]);
    assert.equal(silent.after.daemon.state, 'running');
    const log = ['101: (Line 3) no', 'pid 101 exited with permanent error CONFIG. Terminating'];
    const spoken = await prove({ looks: [{ log }], report: exited, onTold });
    assert.equal(
      spoken.failure,
      'it says: “pid 101 exited with permanent error CONFIG. Terminating”',
    );
    assert.equal(told, 0, 'nobody was told anything');
  });

  it('is one line, with what it printed', () => {
    const words = (result: CommandReport['result'], exitCode?: number, output = '') =>
      commandFailure({ command: 'systemctl stop x', result, exitCode, output });
    assert.equal(words('exited', 3), '“systemctl stop x” ended with exit code 3');
    assert.equal(words('exited'), '“systemctl stop x” ended with exit code unknown');
    assert.equal(
      words('timedOut', 0, 'so far'),
      '“systemctl stop x” did not finish in time: so far',
    );
    assert.equal(words('notFound'), '“systemctl stop x” is not installed');
    assert.equal(words('notStarted'), '“systemctl stop x” could not be started');
    assert.equal(words('ok'), '“systemctl stop x” succeeded');
  });
});

const fault = sampleRuntime({ state: 'FAULT', wantedState: 'BACKUP' });

describe('a reload is not proved where', () => {
  // The first look asks keepalived nothing: what only its account tells is seen in the ones after it.
  const ends: { what: string; look: Look; failure: RegExp; about: string; looks: number }[] = [
    {
      ...{ what: 'keepalived exited', look: { daemon: stopped } },
      ...{ failure: /^keepalived exited$/, about: 'load', looks: 2 },
    },
    {
      ...{ what: 'another keepalived runs', look: { daemon: running(300, 301) } },
      ...{ failure: /^keepalived exited and was restarted$/, about: 'load', looks: 2 },
    },
    {
      ...{ what: 'an instance is in FAULT', look: { instances: [fault], isHeld: false } },
      ...{ failure: /^VI_1 went into FAULT/, about: 'states', looks: 4 },
    },
    {
      what: 'it runs another priority',
      look: { instances: [sampleRuntime({ basePriority: 90 })] },
      failure: /^VI_1 runs with priority 90, the file says 101$/,
      ...{ about: 'load', looks: 4 },
    },
  ];
  for (const { what, look, failure, about, looks } of ends) {
    it(`${what}, once enough looks in a row say so`, async () => {
      const result = await prove({ looks: [{ log: reloaded, ...look }] });
      assert.match(result.failure ?? '', failure);
      assert.equal(result.about, about);
      assert.equal(countLooks(result), looks);
    });
  }
});

describe('a reload is not proved', () => {
  it('where it does not answer until the time is over', async (context) => {
    quicken(context, 50);
    const result = await prove({ looks: [{ log: reloaded, silence: 'It hangs.' }] });
    assert.deepEqual([result.failure, result.about], ['It hangs', 'load']);
  });

  it('where the address does not come until the time is over', async (context) => {
    quicken(context, 50);
    const result = await prove({ looks: [{ log: reloaded, isHeld: false }] });
    assert.match(result.failure ?? '', /192\.168\.0\.100/);
    assert.equal(result.about, 'states');
  });

  it('by one bad look among good ones', async () => {
    const bad: Look = { log: reloaded, instances: [fault], isHeld: false };
    const good: Look = { log: reloaded };
    const result = await prove({ looks: [bad, bad, bad, good] });
    assert.equal(result.failure, undefined);
    const calm = await prove({ looks: [good, { ...good, daemon: stopped }, good] });
    assert.equal(calm.failure, undefined);
  });
});

describe('while a state or an address is awaited', () => {
  const waiting: Look = { log: reloaded, isHeld: false };
  const countAccounts = ({ asked }: { asked: string[] }) =>
    asked.filter((one) => one === 'runtime').length;

  it('keepalived is not asked again, for each question is a line in its log', async (context) => {
    // However slow the machine is: its account is of use for a second.
    quicken(context, 0.05);
    const result = await prove({ looks: [...Array<Look>(6).fill(waiting), { log: reloaded }] });
    assert.equal(result.failure, undefined);
    // Once for all that were alike; and what is proved is so by accounts of the same looks.
    assert.deepEqual([countLooks(result), countAccounts(result)], [8, 3]);
  });

  it('it is asked as soon as a line, an address or a process is another one', async (context) => {
    quicken(context, 0.05);
    const log = [...reloaded, '101: (VI_1) Entering MASTER STATE'];
    const told = await prove({
      looks: [waiting, waiting, waiting, { ...waiting, log }, { ...waiting, log }, { log }],
    });
    assert.deepEqual([countLooks(told), countAccounts(told)], [7, 4]);
  });

  it('it is asked once a second at the latest', async (context) => {
    quicken(context, 20);
    const result = await prove({ looks: [waiting] });
    assert.match(result.failure ?? '', /192\.168\.0\.100/);
    assert.equal(countAccounts(result), countLooks(result) - 1);
  });
});

describe('what keepalived runs otherwise than expected', () => {
  const look: Look = { log: reloaded, instances: [sampleRuntime({ basePriority: 90 })] };

  it('is compared once with what the files say by then', async () => {
    let reads = 0;
    const summary = summaryOf();
    const [instance] = summary.instances;
    assert.ok(instance);
    const edited = { ...summary, instances: [{ ...instance, priority: 90 }] };
    const reading = (found: typeof summary) => () => {
      reads += 1;
      return Promise.resolve(found);
    };
    const proved = await prove({ looks: [look], readExpected: reading(edited) });
    assert.equal(proved.failure, undefined);
    assert.equal(reads, 1);
    const result = await prove({ looks: [look], readExpected: reading(summary) });
    assert.match(result.failure ?? '', /^VI_1 runs with priority 90/);
    assert.equal(reads, 2);
  });

  it('is a failure where they cannot be read, and for a FAULT they are not read', async () => {
    const unread = await prove({ looks: [look], readExpected: () => Promise.resolve(undefined) });
    assert.match(unread.failure ?? '', /^VI_1 runs with priority 90/);
    const faulty = await prove({
      looks: [{ log: reloaded, instances: [sampleRuntime({ state: 'FAULT' })], isHeld: false }],
      readExpected: () => Promise.reject(new Error('nobody asks')),
    });
    assert.match(faulty.failure ?? '', /FAULT/);
  });
});

describe('an error that keepalived reports', () => {
  const log = ['Reloading ...', '101: Unable to access script `/no`', 'Reload complete'];

  it('fails a proof, unless the file was accepted with it or had it before', async () => {
    const [refused, accepted, restored] = await Promise.all([
      prove({ looks: [{ log }] }),
      prove({ looks: [{ log }], isTolerated: true }),
      prove({ looks: [{ log }], restored: true }),
    ]);
    assert.equal(refused.failure, 'keepalived says: “Unable to access script `/no`”');
    assert.equal(refused.about, 'load');
    assert.deepEqual([accepted.failure, restored.failure], [undefined, undefined]);
  });
});

describe('a restored file', () => {
  it('is not blamed for its states, once the time is over', async (context) => {
    quicken(context, 50);
    const looks: Look[] = [
      { log: reloaded, instances: [sampleRuntime({ state: 'FAULT' })], isHeld: false },
    ];
    const { failure, about } = await prove({ looks, restored: true });
    assert.deepEqual([failure, about], [undefined, 'states']);
  });

  it('is awaited until it serves as before, or the time is over', async (context) => {
    const back: Look = { log: reloaded, instances: [backup], isHeld: false };
    const patient = await prove({
      looks: [back, back, back, back, { log: reloaded }],
      restored: true,
    });
    assert.equal(patient.failure, undefined);
    assert.equal(patient.after.runtime?.ok && patient.after.runtime.instances[0]?.state, 'MASTER');
    quicken(context, 50);
    const never = await prove({ looks: [back], restored: true });
    assert.equal(never.failure, undefined);
    const forward = await prove({ looks: [back] });
    assert.equal(forward.failure, undefined);
    assert.equal(countLooks(forward), 2);
  });

  it('fails where keepalived does not live', async () => {
    const { failure } = await prove({ looks: [{ daemon: stopped, log: [] }], restored: true });
    assert.equal(failure, 'keepalived exited');
  });
});

describe('a file that takes long to read', () => {
  it('has longer, and it is told how long it took', async (context) => {
    quicken(context, 50);
    const reading: Look = { log: ['Reloading ...'] };
    const looks = [...Array<Look>(5).fill(reading), { log: reloaded }];
    const slow = await prove({ looks });
    assert.equal(slow.failure, undefined);
    assert.ok(slow.readMs > 8_000, `${slow.readMs} ms`);
    quicken(context, 20);
    const never = await prove({ looks: [reading] });
    assert.match(never.failure ?? '', /^keepalived has not read the whole file within 75 s/);
    assert.equal(never.about, 'load');
  });
});

describe('a new script', () => {
  const script = 'vrrp_script chk {\n script "/bin/true"\n interval 1\n}';
  const expected = summaryOf('track_script {\n chk\n }', script);

  it('that has not ended is waited for, and no failure', async (context) => {
    quicken(context, 50);
    const startedMs = performance.now();
    const { failure } = await prove({ looks: [{ log: reloaded }], expected });
    assert.equal(failure, undefined);
    assert.ok(performance.now() - startedMs >= 8_000);
  });

  it('that fails is one', async () => {
    const log = [...reloaded, '101: Script `chk` now returning 1'];
    const { failure, about } = await prove({ looks: [{ log }], expected });
    assert.match(failure ?? '', /tracked script chk fails/);
    assert.equal(about, 'states');
  });
});

describe('the look before a change', () => {
  const tracked = 'vrrp_instance VI_1 {\n interface eth0\n track_interface {\n eth0\n }\n}\n';
  const plain = 'vrrp_instance VI_1 {\n interface eth0\n}\n';

  async function look(old: string, text: string, machine: Partial<Appliance> = {}) {
    const asked: string[] = [];
    const sample = createSampleMachine(old, [sampleRuntime()]);
    const appliance: Appliance = {
      ...sample,
      readRuntime: () => (asked.push('json'), sample.readRuntime()),
      readTracking: () => (
        asked.push('text'),
        Promise.resolve({ ok: true, items: [], instances: [backup] })
      ),
      ...machine,
    };
    const seen = await seeConfiguration(appliance, 'live');
    const evidence = await lookBefore(appliance, await placeText(appliance, seen, text));
    return { ...evidence, asked };
  }

  it('asks for one dump: of the instances, or where anything is tracked, of both', async () => {
    assert.deepEqual((await look(plain, plain)).asked, ['json']);
    for (const [old, text] of [
      [tracked, plain],
      [plain, tracked],
    ] as const) {
      const { asked, runtime, tracking } = await look(old, text);
      assert.deepEqual(asked, ['text']);
      assert.deepEqual(runtime, { ok: true, source: 'text', instances: [backup] });
      assert.equal(tracking?.ok, true);
    }
  });

  it('asks for the instances where the other dump does not tell of them', async () => {
    const refusal = { ok: false, reason: 'It is silent.' } as const;
    const { asked, tracking, runtime } = await look(tracked, tracked, {
      readTracking: () => Promise.resolve(refusal),
    });
    assert.deepEqual([asked, tracking], [['json'], refusal]);
    assert.equal(runtime?.ok && runtime.source, 'json');
  });

  it('asks a keepalived that does not run nothing', async () => {
    const readDaemon = () => Promise.resolve(stopped);
    for (const text of [plain, tracked]) {
      const { asked, runtime, tracking, daemon } = await look(text, text, { readDaemon });
      assert.deepEqual([asked, runtime, tracking, daemon], [[], undefined, undefined, stopped]);
    }
  });
});

/** The course of an examination: what is asked when, who is told, and what ends it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import type { Appliance, LogQuery } from '../../../../server/appliance/appliance.ts';
import { summarizeConfiguration } from '../../../../server/keepalived/config/questions.ts';
import { parseConfiguration } from '../../../../server/keepalived/language/tree.ts';
import type { DebugFinding } from '../../../../server/keepalived/status/alarms/debug-findings.ts';
import { noEvidence } from '../../../../server/keepalived/status/no-evidence.ts';
import { createDebug } from '../../../../server/operations/debug/debug.ts';
import { startExamination } from '../../../../server/operations/debug/examination.ts';
import { eventually } from '../../../lab/eventually.ts';
import { networkOf } from '../live/scripted-keepalived.ts';

const text = `vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  advert_int 2
  virtual_ipaddress {
    192.168.0.100/24
  }
}
`;
const summary = summarizeConfiguration(parseConfiguration(text));
const nowMs = 100_000_000;

/** The machine, whose captures end when a test says so; what is written down in order. */
function createMachine(changes: Partial<Appliance> = {}) {
  const asked: string[] = [];
  const queries: LogQuery[] = [];
  const seconds: number[] = [];
  let endAll: (reason?: string) => void = () => undefined;
  const note = <Value>(name: string, value: Value): Promise<Value> => {
    asked.push(name);
    return Promise.resolve(value);
  };
  const firewall = { programs: ['nft'], chains: [], problems: [], firewalld: undefined };
  const appliance: Partial<Appliance> = {
    listConfigurationFiles: () => Promise.resolve([]),
    readConfigurationId: () => Promise.resolve('server1'),
    readNetwork: () => Promise.resolve(networkOf(true)),
    readLog(query) {
      queries.push(query);
      return note('log', { ok: true, source: '', lines: [], reachedStart: true });
    },
    readFirewall: () => note('firewall', firewall),
    readKernelSettings: () => note('kernel', []),
    hasProcessConnector: () => Promise.resolve(true),
    probeAddress: (interfaceName, address) =>
      note(`who has ${address}`, { interfaceName, address, ok: true as const, macAddresses: [] }),
    startCapture(request) {
      asked.push(`listen on ${request.interfaceName}`);
      seconds.push(request.seconds);
      const ended = new Promise<string | undefined>((resolve) => {
        const before = endAll;
        endAll = (reason) => {
          before(reason);
          resolve(reason);
        };
      });
      const close = () => {
        asked.push('stop listening');
        endAll();
        return Promise.resolve();
      };
      return { ended, close };
    },
    ...changes,
  };
  return {
    ...{ asked, queries, seconds, appliance: appliance as Appliance },
    end: (reason?: string) => {
      endAll(reason);
    },
  };
}

const clock = { monotonicMs: () => 1_000, wallMs: () => nowMs };

describe('an examination', () => {
  function start(machine = createMachine(), lastsSeconds = 3) {
    let news = 0;
    const { asked } = machine;
    const examination = startExamination({
      ...{ appliance: machine.appliance, clock, summary, seconds: lastsSeconds },
      keeper: { refresh: () => Promise.resolve(void asked.push('refresh')) },
      onChange: () => void (news += 1),
    });
    return { ...machine, examination, news: () => news };
  }

  it('listens, asks the machine, and at its end has the witnesses and the log speak again', async () => {
    const { examination, asked, queries, end, news } = start();
    assert.deepEqual(
      [examination.startedAtMs, examination.endsAtMs, examination.isOver()],
      [nowMs, nowMs + 3_000, false],
    );
    assert.deepEqual([[...examination.problems()], examination.findPcap('eth0')], [[], undefined]);
    await eventually('all is asked', () => asked.includes('who has 192.168.0.100'));
    await eventually('it is told', () => examination.findings().addressProbes !== undefined);
    assert.equal(examination.isOver(), false);
    const { addressesAskedAtMs, firewall, heard } = examination.findings();
    assert.deepEqual([addressesAskedAtMs, firewall?.programs], [nowMs, ['nft']]);
    assert.deepEqual(heard?.interfaceNames, ['eth0']);
    end();
    await examination.ended;
    assert.equal(examination.isOver(), true);
    assert.deepEqual(asked.slice(-3), ['stop listening', 'refresh', 'log']);
    assert.deepEqual(queries, Array(2).fill({ limit: 500, fromMs: nowMs - 600_000 }));
    assert.ok(news() >= 3);
  });

  it('names the interface on which nothing could be captured', async () => {
    const { examination, asked, end } = start();
    await eventually('all is asked', () => asked.includes('who has 192.168.0.100'));
    end('there is no such device');
    await examination.ended;
    assert.deepEqual([...examination.problems()], [['eth0', 'there is no such device']]);
  });

  it('asks for the addresses late, when the master has been heard, and not if it is ended', async () => {
    const { examination, asked } = start(createMachine(), 60);
    await eventually('it listens', () => asked.includes('listen on eth0'));
    await examination.close();
    assert.equal(examination.isOver(), true);
    assert.ok(!asked.includes('who has 192.168.0.100'));
    assert.equal(examination.findings().addressProbes, undefined);
  });

  it('that is ended before it has begun listens to nobody', async () => {
    const { examination, asked } = start();
    await examination.close();
    assert.ok(!asked.some((one) => one.startsWith('listen')));
    assert.equal(examination.findings().heard, undefined);
  });

  it('of a log that cannot be read has none', async () => {
    const machine = createMachine({
      readLog: () => Promise.resolve({ ok: false, reason: 'no right' } as never),
    });
    const { examination, asked, end } = start(machine);
    await eventually('all is asked', () => asked.includes('who has 192.168.0.100'));
    end();
    await examination.ended;
    assert.deepEqual(examination.findings().log, []);
  });
});

describe('Debug', () => {
  function createCase(of: string | undefined = text) {
    const machine = createMachine();
    const told: (readonly DebugFinding[])[] = [];
    const problems: unknown[] = [];
    const value = {
      ...{ ok: true as const, tag: 'a', modifiedAtMs: 0, editedSinceLoad: false },
      summary: summarizeConfiguration(parseConfiguration(of)),
    };
    const world = { nowMs };
    const debug = createDebug({
      appliance: machine.appliance,
      clock: { monotonicMs: () => 1_000, wallMs: () => world.nowMs },
      keeper: {
        evidence: () => ({ ...noEvidence, configuration: { value, atMs: 0 } }),
        refresh: () => Promise.resolve(),
      },
      onProblem: (problem) => void problems.push(problem),
      onFindings: (findings) => void told.push(findings),
    });
    return { ...machine, debug, told, problems, world };
  }

  it('has nothing to examine where there is no instance', () => {
    const { debug, asked } = createCase('');
    assert.equal(debug.begin('check'), false);
    debug.beginAnew('check');
    assert.deepEqual([debug.report().examination, asked], [undefined, []]);
  });

  it('listens for a minute, or checks for as long as a master is missed twice', async () => {
    for (const [kind, of, lasts] of [
      ['listen', text, 60],
      ['check', text, 16],
      ['check', text.replace('advert_int 2', 'advert_int 1'), 10],
      ['check', text.replace('advert_int 2', 'advert_int 20'), 60],
    ] as const) {
      const { debug, seconds } = createCase(of);
      assert.equal(debug.begin(kind), true);
      await eventually('it listens', () => seconds.length > 0);
      assert.deepEqual([seconds, debug.report().examination?.kind], [[lasts], kind]);
      await debug.close();
    }
  });

  it('tells those who watch, and the findings once it is over', async () => {
    const { debug, asked, told, end, world, problems } = createCase();
    let news = 0;
    const stop = debug.watch(() => void (news += 1));
    debug.begin('check');
    assert.ok(news > 0);
    assert.equal(debug.begin('check'), true, 'the one that goes on');
    await eventually('it listens', () => asked.includes('listen on eth0'));
    assert.equal(asked.filter((one) => one === 'listen on eth0').length, 1);
    assert.deepEqual(told, []);
    world.nowMs += 16_000;
    await debug.close();
    end();
    await eventually('it is judged', () => told.length > 0);
    const { examination, checks } = debug.report();
    assert.deepEqual([examination?.isRunning, examination?.hasFailed], [false, false]);
    assert.ok(checks?.length);
    stop();
    const before = news;
    debug.begin('check');
    assert.equal(news, before);
    await debug.close();
    assert.deepEqual(problems, []);
  });

  const leave = async (context: TestContext, kind: 'check' | 'listen', comesBack: boolean) => {
    const { debug, asked } = createCase();
    const stop = debug.watch(() => undefined);
    debug.begin(kind);
    await eventually('it listens', () => asked.includes('listen on eth0'));
    context.mock.timers.enable({ apis: ['setTimeout'] });
    stop();
    context.mock.timers.tick(3_999);
    const stopAgain = comesBack ? debug.watch(() => undefined) : undefined;
    context.mock.timers.tick(10_000);
    context.mock.timers.reset();
    await new Promise((resolve) => setImmediate(resolve));
    const isOver = asked.includes('stop listening');
    stopAgain?.();
    await debug.close();
    return isOver;
  };

  it('stops to listen when nobody looks on any more, but ends a check', async (context) => {
    assert.equal(await leave(context, 'listen', false), true);
    assert.equal(await leave(context, 'listen', true), false, 'a reload of the page');
    assert.equal(await leave(context, 'check', false), false);
  });

  it('reads our rules in the firewall again at most each five seconds', async () => {
    const { debug, asked } = createCase();
    assert.deepEqual(debug.report().ownRules, []);
    await debug.refreshOwnRules();
    await debug.refreshOwnRules();
    assert.equal(asked.filter((one) => one === 'firewall').length, 1);
    debug.beginAnew('check');
    await debug.refreshOwnRules();
    assert.ok(asked.filter((one) => one === 'firewall').length >= 2);
    await debug.close();
  });
});

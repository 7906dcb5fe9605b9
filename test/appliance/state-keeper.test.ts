/** The state keeper over the real appliance, a real keepalived, its log and its notify FIFO. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import test, { type TestContext, before, describe } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createAppliance } from '../../server/appliance/create-appliance.ts';
import { openRecordLog } from '../../server/history/record-log.ts';
import { parseProgramOptions } from '../../server/program-options.ts';
import { failoverRecordSchema } from '../../server/state/failover-records.ts';
import { createStateKeeper, type StateKeeper } from '../../server/state/state-keeper.ts';
import { eventually } from '../lab/eventually.ts';
import { inLabServer } from './in-lab-server.ts';

const configureWith = (fifos: string) => `
global_defs {
  ${fifos}
}
track_file maint {
  file /run/maint
  weight 1
  init_file 0
}
vrrp_instance VI_1 {
  state MASTER
  interface eth0
  virtual_router_id 51
  priority 101
  virtual_ipaddress {
    10.9.0.100/24
  }
  track_file {
    maint
  }
}
`;
const configuration = configureWith('notify_fifo /run/all.fifo\n  vrrp_notify_fifo /run/vrrp.fifo');
/** It has no address, so the kernel tells nothing of its changes. */
const addressless = `
track_file silent {
  file /run/silent
  weight 1
  init_file 0
}
vrrp_instance VI_2 {
  state MASTER
  interface eth0
  virtual_router_id 52
  priority 101
  track_file {
    silent
  }
}
`;
const configurationPath = '/etc/keepalived/keepalived.conf';
const logPath = '/var/log/messages';
const pidPath = '/run/keepalived.pid';
const clock = { monotonicMs: () => performance.now(), wallMs: () => Date.now() };
const run = (command: string, ...words: string[]) =>
  execFileSync(command, words, { stdio: ['ignore', 'pipe', 'ignore'] });

/** How often keepalived was asked: it logs a line for each of its processes. */
const countQuestions = () =>
  readFileSync(logPath, 'utf8').match(/Keepalived_vrrp\[\d+\]: Printing VRRP/g)?.length ?? 0;

/** @param log where the keeper reads keepalived's log */
async function startKeeper(
  context: TestContext,
  stateFile = '/run/failovers.jsonl',
  wallMs = clock.wallMs,
  log = `file:${logPath}`,
) {
  const problems: unknown[] = [];
  const appliance = await createAppliance(parseProgramOptions({ WAI_LOG: log }));
  const keeper = createStateKeeper({
    appliance,
    clock: { ...clock, wallMs },
    failovers: await openRecordLog(stateFile, failoverRecordSchema, 1000),
    onProblem: (error) => problems.push(error),
  });
  await keeper.start();
  let isClosed = false;
  const close = async () => {
    if (isClosed) return;
    isClosed = true;
    await keeper.close();
    await appliance.close();
    assert.deepEqual(problems, []);
  };
  context.after(close);
  return { keeper, close };
}

/** Waits until the state is the word, and returns the instance. */
function seeState(keeper: StateKeeper, word: string, withinMs = 30_000) {
  return eventually(
    word,
    () => keeper.current().status.instances.find(({ state }) => state === word),
    { withinMs, everyMs: 10 },
  ).catch((cause: unknown) => {
    throw new Error(JSON.stringify(keeper.current().status), { cause });
  });
}

function accountOf(keeper: StateKeeper, name: string) {
  const report = keeper.evidence().runtime?.value;
  return report?.ok ? report.instances.find((instance) => instance.name === name) : undefined;
}

async function reload() {
  const countReloads = () => readFileSync(logPath, 'utf8').match(/Reload complete/g)?.length ?? 0;
  const before = countReloads();
  process.kill(Number(readFileSync(pidPath, 'utf8')), 'SIGHUP');
  await eventually('a reload', () => countReloads() > before);
}

if (inLabServer(import.meta.url)) {
  describe('the state keeper', () => {
    before(async () => {
      writeFileSync(configurationPath, configuration);
      run('keepalived', '--log-detail');
      await eventually('the address', () =>
        run('ip', 'address', 'show', 'eth0').includes('10.9.0.100'),
      );
    });

    test('keepalived is asked every 5 s, however many look on, and at once when something happens', async (context) => {
      const { keeper } = await startKeeper(context);
      await seeState(keeper, 'Active');
      await delay(1_500);
      const before = countQuestions();
      const quietUntilMs = performance.now() + 15_000;
      let reads = 0;
      while (performance.now() < quietUntilMs) {
        for (let reader = 0; reader < 100; reader++) keeper.current();
        reads += 100;
        await delay(20);
      }
      const asked = countQuestions() - before;
      assert.ok(reads > 1_000, String(reads));
      assert.ok(asked >= 2 && asked <= 4, `asked ${asked} times in 15 s`);
    });

    test('a state that keepalived writes into its FIFO is seen, and no line is taken from it', async (context) => {
      const { keeper } = await startKeeper(context);
      await seeState(keeper, 'Active');
      await delay(500);
      writeFileSync('/run/maint', '-254');
      const fault = await seeState(keeper, 'Fault');
      await eventually('the cause', () =>
        keeper.current().status.instances[0]?.reason?.includes('tracked file maint requests it'),
      );
      assert.equal(fault.serving, 'No');
      writeFileSync('/run/maint', '0');
      await seeState(keeper, 'Active');
      const lines = run('sh', '-c', 'timeout 0.3 cat /run/all.fifo || true');
      assert.match(lines.toString(), /INSTANCE "VI_1" FAULT 101\n[^]*INSTANCE "VI_1" MASTER 101/);
    });

    test('a reload is no transition, though keepalived says so', async (context) => {
      const { keeper } = await startKeeper(context, '/run/reload.jsonl');
      await eventually('a first record', () => keeper.readTransitions({ limit: 1 })[0]);
      const { lastTransitionAtMs: sinceMs } = await seeState(keeper, 'Active');
      const claimedMs = accountOf(keeper, 'VI_1')?.lastTransitionAtMs ?? 0;
      await delay(2_500);
      await reload();
      await eventually('another claim', () => {
        const account = accountOf(keeper, 'VI_1');
        return (account?.lastTransitionAtMs ?? 0) > claimedMs + 2_000;
      });
      const { lastTransitionAtMs } = await seeState(keeper, 'Active');
      assert.equal(lastTransitionAtMs, sinceMs);
    });

    test('kill -9 of the daemon is seen at once, with its address left behind', async (context) => {
      const { keeper } = await startKeeper(context);
      await seeState(keeper, 'Active');
      const parent = Number(readFileSync(pidPath, 'utf8'));
      const child = Number(readFileSync('/run/vrrp.pid', 'utf8'));
      process.kill(child, 'SIGSTOP');
      process.kill(parent, 'SIGKILL');
      process.kill(child, 'SIGKILL');
      const alarm = await seeState(keeper, 'Alarm');
      assert.match(alarm.reason ?? '', /not running, but 10\.9\.0\.100 is still on eth0/);
      run('ip', 'address', 'delete', '10.9.0.100/24', 'dev', 'eth0');
      await seeState(keeper, 'Stopped');
      run('keepalived', '--log-detail');
      await seeState(keeper, 'Active');
      await eventually(
        'the history',
        () => keeper.readTransitions({ limit: 1 })[0]?.to === 'MASTER',
      );
      const told = keeper
        .readTransitions({ limit: 3 })
        .map(
          ({ from, to, source, reason }) =>
            `${from ?? '?'} > ${to} ${source} ${reason?.code ?? '?'}`,
        );
      assert.deepEqual(told, [
        'BACKUP > MASTER log started',
        'STOPPED > BACKUP log started',
        'MASTER > STOPPED process process-died',
      ]);
    });

    test('a page that was down records a gap, and what happened during it', async (context) => {
      const stateFile = '/run/second.jsonl';
      const first = await startKeeper(context, stateFile);
      await seeState(first.keeper, 'Active');
      await eventually('a first record', () => first.keeper.readTransitions({ limit: 1 })[0]);
      await first.close();
      await delay(1_000);
      writeFileSync('/run/maint', '-254');
      await delay(1_500);

      const { keeper } = await startKeeper(context, stateFile);
      const { status } = keeper.current();
      assert.equal(status.instances[0]?.state, 'Fault');
      const fault = await eventually('the transition', () =>
        keeper.readTransitions({ limit: 1 }).find(({ to }) => to === 'FAULT'),
      );
      assert.equal(fault.reason?.code, 'track-file');
      const gaps = keeper.readFailoverRecords().filter(({ kind }) => kind === 'gap');
      assert.equal(gaps.length, 2);
      const [, gap] = gaps;
      assert.ok(gap?.kind === 'gap' && gap.fromMs !== undefined);
      assert.ok(fault.atMs > gap.fromMs && fault.atMs < gap.atMs, JSON.stringify([fault, gap]));
      writeFileSync('/run/maint', '0');
      await seeState(keeper, 'Active');
    });

    test('the wall clock is set back by an hour: state, ages and history go on', async (context) => {
      let setBackMs = 0;
      const { keeper } = await startKeeper(
        context,
        '/run/third.jsonl',
        () => Date.now() - setBackMs,
      );
      await seeState(keeper, 'Active');
      setBackMs = 3_600_000;
      writeFileSync('/run/maint', '-254');
      const fault = await seeState(keeper, 'Fault');
      assert.equal(fault.serving, 'No');
      const { evidenceAgeMs = Infinity } = keeper.current().status;
      assert.ok(evidenceAgeMs < 60_000, String(evidenceAgeMs));
      await eventually('the transition', () =>
        keeper
          .readTransitions({ limit: 1 })
          .find(({ to, reason }) => to === 'FAULT' && reason?.code === 'track-file'),
      );
      writeFileSync('/run/maint', '0');
      await seeState(keeper, 'Active');
      await eventually('the return', () =>
        keeper.readTransitions({ limit: 1 }).find(({ to }) => to === 'MASTER'),
      );
    });

    test('after a refresh with it, what keepalived tracks is known, though no log tells', async (context) => {
      const silentLog = '/run/nobody-writes.log';
      writeFileSync(silentLog, '');
      const { keeper } = await startKeeper(
        context,
        '/run/tracking.jsonl',
        undefined,
        `file:${silentLog}`,
      );
      await seeState(keeper, 'Active');
      // Behind the tracking of the start.
      await delay(1_500);
      writeFileSync('/run/maint', '-254');
      await seeState(keeper, 'Fault');
      await keeper.refresh({ withTracking: true });
      const [fault] = keeper.current().status.instances;
      assert.match(fault?.reason ?? '', /tracked file maint requests it/);
      writeFileSync('/run/maint', '0');
      await seeState(keeper, 'Active');
    });

    for (const kind of ['notify_fifo', 'vrrp_notify_fifo']) {
      test(`${kind} alone tells of a state, also after a reload`, async (context) => {
        const silentLog = '/run/nobody-writes.log';
        writeFileSync(silentLog, '');
        writeFileSync(configurationPath, configureWith(`${kind} /run/only.fifo`) + addressless);
        await reload();
        const { keeper } = await startKeeper(
          context,
          `/run/${kind}.jsonl`,
          undefined,
          `file:${silentLog}`,
        );
        const fail = async () => {
          // Behind a look that was due: while somebody reads, the next is 5 s away.
          keeper.current();
          const asked = countQuestions();
          await eventually('a question', () => countQuestions() > asked);
          await delay(500);
          writeFileSync('/run/silent', '-254');
          const see = () => accountOf(keeper, 'VI_2')?.state === 'FAULT';
          await eventually('the FAULT', see, { withinMs: 4_000, everyMs: 20 });
          writeFileSync('/run/silent', '0');
        };
        for (const isReloaded of [false, true]) {
          if (isReloaded) await reload();
          await eventually('a master', () => accountOf(keeper, 'VI_2')?.state === 'MASTER');
          await fail();
        }
      });
    }
  });
}

/** What the keeper asks of the machine, and when: each question to keepalived is a line in its log. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Appliance, ApplianceEvent } from '../../../server/appliance/appliance.ts';
import type { NetworkReport } from '../../../server/keepalived/proof/evidence.ts';
import { parseLogLine } from '../../../server/keepalived/runtime/log/log-lines.ts';
import type { LogLine } from '../../../server/keepalived/runtime/log/log-lines.ts';
import type { FailoverRecord } from '../../../server/state/failover-records.ts';
import { createStateKeeper } from '../../../server/state/state-keeper.ts';
import { eventually } from '../../lab/eventually.ts';
import { createSampleMachine, sampleRuntime } from '../operations/sample-machine.ts';

const configuration = `vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    virtual_ipaddress {
        192.168.0.100/24
    }
}
`;
const startedAtMs = Date.parse('2026-11-24T14:22:00Z');
const line = (message: string, second = 15): LogLine =>
  parseLogLine(`2026-11-24T14:22:${second}Z server1 Keepalived_vrrp[101]: ${message}`, startedAtMs);
const entering = line('(VI_1) Entering MASTER STATE');
const unimportant = line('Printing VRRP as json for process(101) on signal');

/** A keeper over a machine of which a test says what happens; its clock stands still. */
async function startKeeper(
  context: TestContext,
  log: { early?: LogLine[]; read?: LogLine[] } = {},
) {
  const sample = createSampleMachine(configuration, [sampleRuntime()]);
  let happen: (event: ApplianceEvent) => void = () => undefined;
  let say: (lines: LogLine[]) => void = () => undefined;
  let network: NetworkReport = await sample.readNetwork();
  const asked = { runtime: 0, network: 0, log: 0 };
  const machine: Partial<Appliance> = {
    ...sample,
    readRuntime() {
      asked.runtime += 1;
      return sample.readRuntime();
    },
    readNetwork() {
      asked.network += 1;
      return Promise.resolve(network);
    },
    readServices: () => Promise.resolve([]),
    readBlindSpots: () => Promise.resolve([]),
    watch(listener) {
      happen = listener;
      return Promise.resolve({
        setNotifyFifos: () => undefined,
        setResting: () => undefined,
        close: () => Promise.resolve(),
      });
    },
    followLog(listener) {
      say = listener;
      if (log.early) listener(log.early);
      return Promise.resolve({ close: () => Promise.resolve() });
    },
    readLog() {
      asked.log += 1;
      const lines = (log.read ?? []).toReversed();
      return Promise.resolve({ ok: true, source: '', lines, reachedStart: true, newest: '' });
    },
  };
  const records: FailoverRecord[] = [];
  const problems: unknown[] = [];
  const keeper = createStateKeeper({
    appliance: machine as Appliance,
    clock: { monotonicMs: () => 1_000, wallMs: () => startedAtMs },
    failovers: {
      entries: () => records,
      lastTouchedAtMs: undefined,
      append(more) {
        records.push(...more);
        return Promise.resolve();
      },
      touch: () => Promise.resolve(),
    },
    onProblem: (problem) => problems.push(problem),
  });
  await keeper.start();
  // Somebody reads: a keeper that rests asks once more when an alarm wakes it.
  keeper.current();
  context.after(() => keeper.close());
  await eventually('the log is read', () => asked.log > 0);
  return {
    ...{ asked, problems, records },
    happen: (event: ApplianceEvent) => {
      happen(event);
    },
    say: (...lines: LogLine[]) => {
      say(lines);
    },
    setAddresses: (...addresses: string[]) => {
      assert.ok(network.ok);
      const [link] = network.interfaces;
      assert.ok(link);
      const all = addresses.map((address) => ({
        ...{ family: 'inet' as const, address, prefixLength: 24 },
      }));
      network = { ok: true, interfaces: [{ ...link, addresses: all }] };
    },
  };
}

/** Waits until a count has stood still for so long that nothing is on its way any more. */
async function settle(count: () => number): Promise<number> {
  let last = -1;
  return eventually(
    'no further question',
    () => {
      const isStill = count() === last;
      last = count();
      return isStill && last;
    },
    { everyMs: 400 },
  );
}

const served: NonNullable<ApplianceEvent['addressChanges']>[number] = {
  kind: 'removed',
  interfaceName: 'eth0',
  address: { family: 'inet', address: '192.168.0.100', prefixLength: 24 },
};

test('an address that came or went makes it ask keepalived, once', async (context) => {
  const { asked, happen, setAddresses, problems } = await startKeeper(context);
  const before = await settle(() => asked.runtime);
  setAddresses('192.168.0.10', '192.168.0.100');
  happen({ about: 'network' });
  assert.equal(await settleAbove(before), before + 1);
  // Told by the kernel, and known by the time that it is asked.
  setAddresses('192.168.0.10');
  happen({ about: 'network', addressChanges: [served] });
  assert.equal(await settleAbove(before + 1), before + 2);
  assert.deepEqual(problems, []);

  async function settleAbove(known: number): Promise<number> {
    await eventually('a question to keepalived', () => asked.runtime > known);
    return settle(() => asked.runtime);
  }
});

test('a network where nothing of keepalived’s changed makes it ask the kernel only', async (context) => {
  const { asked, happen } = await startKeeper(context);
  const before = await settle(() => asked.runtime);
  const { network } = asked;
  happen({ about: 'network' });
  await eventually('a question to the kernel', () => asked.network > network);
  assert.equal(await settle(() => asked.runtime), before);
});

test('a line that tells of a change makes it ask keepalived, another does not', async (context) => {
  const { asked, say } = await startKeeper(context);
  const before = await settle(() => asked.runtime);
  say(unimportant);
  assert.equal(await settle(() => asked.runtime), before);
  say(entering);
  await eventually('a question to keepalived', () => asked.runtime > before);
});

test('a line that came while the log was read is reported once', async (context) => {
  const known = await startKeeper(context, { early: [entering], read: [entering] });
  assert.equal(await settle(() => known.asked.runtime), 1, 'what the log told is no news');
  const fresh = await startKeeper(context, { early: [entering], read: [unimportant] });
  await eventually('a question to keepalived', () => fresh.asked.runtime > 1);
});

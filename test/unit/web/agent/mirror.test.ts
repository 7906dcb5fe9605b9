/** What the web shows of an agent that is there, silent, or gone: never an old state as if it were so. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Mirrored } from '../../../../server/agent/handlers/status.ts';
import { machineMs } from '../../../../server/shared/clock.ts';
import type { AgentPort } from '../../../../server/web/agent/agent-port.ts';
import { createMirror } from '../../../../server/web/agent/mirror.ts';
import { createSuspensionWatch } from '../../../../server/web/agent/suspension.ts';
import { createTickets } from '../../../../server/web/agent/tickets.ts';
import { heard, serverOf } from '../../keepalived/pair/reports.ts';
import { noPair } from '../app-harness.ts';
import { samplePair } from '../pages/pair-sample.ts';
import { sampleSnapshot } from '../pages/samples.ts';
import { createSessionClock } from '../session-clock.ts';

const told = (): Mirrored => ({
  snapshot: { ...sampleSnapshot(), nowMs: performance.now() },
  pair: noPair.view(),
  pairSummary: samplePair(serverOf(1, 'Active'), heard(serverOf(2, 'Standby'))),
  toldAtMs: machineMs(),
  ...{ notices: [], waiting: undefined, warnings: [], firstPasswordFile: undefined },
});

/** An agent that tells once, and then answers as a test wants. */
function createPort(answer: () => Promise<unknown>, first = told()) {
  let problem: string | undefined;
  const turned = new Set<() => void>();
  const port: Omit<AgentPort, 'openLink'> = {
    call: answer,
    follow(topic, tell) {
      if (topic === 'mirror') (tell as (event: Mirrored) => void)(first);
      return () => undefined;
    },
    findProblem: () => problem,
    onTurn: (listener) => void turned.add(listener),
  };
  const turn = (now: string | undefined) => {
    problem = now;
    for (const listener of turned) listener();
  };
  return { port, turn };
}

const never = () => new Promise<never>(() => undefined);
const stateOf = (mirror: ReturnType<typeof createMirror>) =>
  mirror.current().status.instances[0]?.state;

function open(t: TestContext, answer: () => Promise<unknown>) {
  const { port, turn } = createPort(answer);
  const mirror = createMirror(port);
  t.after(() => {
    mirror.close();
  });
  return { mirror, turn, clock: createSessionClock(t) };
}

test('an agent that is gone makes every state unknown, and says why, until it is back', (t) => {
  const { mirror, turn } = open(t, () => Promise.resolve(told()));
  assert.equal(stateOf(mirror), 'Active');
  let news = 0;
  mirror.subscribe(() => (news += 1));
  turn('the agent is away');
  assert.equal(news, 1, 'open pages are told at once');
  const { status } = mirror.current();
  assert.deepEqual(status.daemon, { state: 'unknown', reason: 'the agent is away' });
  const [instance] = status.instances;
  assert.deepEqual(
    [instance?.state, instance?.serving, instance?.addresses[0]?.held, instance?.reason],
    ['Unknown', 'Unknown', undefined, 'the agent is away'],
  );
  // Nor is anything said of the other server, or of who serves.
  const pair = mirror.pairSummary();
  assert.equal(pair?.routers[0]?.kind, 'unknown');
  assert.match(pair.routers[0].sentence, /: the agent is away\.$/);
  assert.ok(pair.servers.every(({ isHeard }) => !isHeard));
  assert.doesNotMatch(JSON.stringify(pair.routers[0].servers), /Active|ready"|Standby/);
  turn(undefined);
  assert.equal(stateOf(mirror), 'Active');
  assert.equal(mirror.pairSummary()?.routers[0]?.kind, 'protected');
});

test('an agent that hangs is not believed for longer than it should take to answer', (t) => {
  const { mirror, clock } = open(t, never);
  assert.equal(stateOf(mirror), 'Active');
  clock.passMinutes(2.9 / 60);
  assert.equal(stateOf(mirror), 'Active');
  clock.passMinutes(0.2 / 60);
  assert.equal(stateOf(mirror), 'Unknown');
});

test('what nobody renewed for a minute is not believed, though nobody asked meanwhile', (t) => {
  const { mirror, clock } = open(t, never);
  clock.passMinutes(1.1);
  assert.equal(stateOf(mirror), 'Unknown');
});

test('ages go on between two words of the agent', (t) => {
  const { mirror, clock } = open(t, never);
  const before = mirror.current().status.evidenceAgeMs ?? 0;
  clock.passMinutes(2 / 60);
  const after = mirror.current().status.evidenceAgeMs ?? 0;
  assert.ok(after - before >= 2_000 && after - before < 10_000, `${after - before}`);
});

test('what has waited on its way is as old as it is', () => {
  for (const [waitedMs, state] of [
    [59_000, 'Active'],
    [61_000, 'Unknown'],
  ] as const) {
    const { port } = createPort(never, { ...told(), toldAtMs: machineMs() - waitedMs });
    const mirror = createMirror(port);
    assert.equal(stateOf(mirror), state);
    assert.ok((mirror.current().status.evidenceAgeMs ?? 0) >= waitedMs);
    mirror.close();
  }
});

test('a clock that is set makes nothing fresh, and nothing old', (t) => {
  const { mirror, clock } = open(t, never);
  const age = () => mirror.current().status.evidenceAgeMs ?? 0;
  const before = age();
  for (const hours of [1, -1]) {
    t.mock.method(Date, 'now', () => 1_800_000_000_000 + hours * 3_600_000);
    assert.equal(stateOf(mirror), 'Active');
    assert.ok(age() - before < 2_000);
  }
  clock.passMinutes(1.1);
  assert.equal(stateOf(mirror), 'Unknown');
});

test('what was seen before the machine slept is not believed after it', () => {
  let sleptMs = 0;
  const clocks = {
    monotonicMs: () => performance.now(),
    sinceBootMs: () => performance.now() + sleptMs,
  };
  let answer = told();
  const { port } = createPort(() => Promise.resolve(answer));
  const mirror = createMirror(port, createSuspensionWatch(clocks));
  assert.equal(stateOf(mirror), 'Active');
  sleptMs += 3 * 3_600_000;
  assert.equal(stateOf(mirror), 'Unknown');
  assert.match(mirror.current().status.instances[0]?.reason ?? '', /asleep/);
  // The agent's ages stood still, too: it says what it saw before as if it were fresh.
  const old = told();
  const { status } = old.snapshot;
  answer = { ...old, snapshot: { ...old.snapshot, status: { ...status, evidenceAgeMs: 60_000 } } };
  return mirror.look().then(async () => {
    assert.equal(stateOf(mirror), 'Unknown');
    answer = told();
    answer.snapshot.status.evidenceAgeMs = 0;
    await mirror.look();
    assert.equal(stateOf(mirror), 'Active', 'it has looked');
    mirror.close();
  });
});

test('who was signed in still reads while the agent is away, and is not kept waiting', async () => {
  let isThere = true;
  const signedIn = { user: { name: 'admin', role: 'admin' } } as const;
  const { port } = createPort(never);
  const tickets = createTickets(port, () => ({
    findSignedIn: () => (isThere ? Promise.resolve(signedIn) : never()),
    signOut: never,
  }));
  assert.deepEqual(await tickets.find('a ticket', true), signedIn);
  isThere = false;
  assert.deepEqual(await tickets.find('a ticket', false), signedIn);
  await assert.rejects(tickets.find('another', true), { code: 'agent-away' });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Appliance } from '../../../server/appliance/appliance.ts';
import type {
  DaemonProcess,
  RuntimeReport,
  TrackingReport,
} from '../../../server/keepalived/proof/evidence.ts';
import { createEvidenceCollector } from '../../../server/state/evidence-collector.ts';
import { eventually } from '../../lab/eventually.ts';

const account: RuntimeReport = { ok: true, source: 'json', instances: [] };
const watched: TrackingReport = { ok: true, items: [] };
const daemon = (pid: number, vrrpPid: number): DaemonProcess => ({
  ...{ state: 'running', startedAtMs: 0, version: '2.2.7' },
  ...{ pid, vrrpPid, childPids: [vrrpPid] },
});

/** A keepalived of which a test says who runs and when it gives its account. */
function createScene() {
  let running: DaemonProcess = daemon(1, 2);
  let asked = 0;
  let giveAccount: (report: RuntimeReport) => void = () => undefined;
  const appliance: Partial<Appliance> = {
    readDaemon: () => Promise.resolve(running),
    readRuntime: () => {
      asked += 1;
      return new Promise((resolve) => (giveAccount = resolve));
    },
    readTracking: () => Promise.resolve(watched),
  };
  const collector = createEvidenceCollector({
    appliance: appliance as Appliance,
    clock: { monotonicMs: () => performance.now(), wallMs: () => Date.now() },
    onChange: () => undefined,
  });
  return {
    collector,
    timesAsked: () => asked,
    give: (report: RuntimeReport) => {
      giveAccount(report);
    },
    run: (now: DaemonProcess) => {
      running = now;
    },
    /** Asks; the account comes when the returned function is called. */
    ask: async () => {
      const asked = collector.askRuntime();
      await new Promise((resolve) => setTimeout(resolve, 150));
      return async () => {
        giveAccount(account);
        await asked;
      };
    },
  };
}

const others: [what: string, DaemonProcess][] = [
  ['another daemon', daemon(3, 4)],
  ['another VRRP process of the same daemon', daemon(1, 4)],
];
for (const [what, other] of others) {
  test(`${what}: what the one before told is not believed of it`, async () => {
    const { collector, run, ask } = createScene();
    const give = await ask();
    await give();
    await collector.askTracking();
    assert.equal(collector.evidence().runtime?.value, account);
    assert.equal(collector.evidence().tracking?.value, watched);

    run(other);
    const giveAnew = await ask();
    assert.equal(collector.evidence().runtime, undefined, 'it has not spoken yet');
    assert.equal(collector.evidence().tracking, undefined);
    await giveAnew();
    assert.equal(collector.evidence().runtime?.value, account);
  });

  test(`${what} runs when an account arrives that was asked of the one before`, async () => {
    const { collector, run, ask } = createScene();
    const give = await ask();
    run(other);
    await collector.askDaemon();
    await give();
    assert.equal(collector.evidence().runtime, undefined);
  });
}

test('the same daemon, looked at again: its account stays', async () => {
  const { collector, ask } = createScene();
  const give = await ask();
  await give();
  await collector.askDaemon();
  assert.equal(collector.evidence().runtime?.value, account);
});

test('who does not answer is asked again at once, and hangs only after that', async () => {
  const { collector, give, timesAsked } = createScene();
  const silence: RuntimeReport = { ok: false, reason: 'It did not answer.', silent: true };
  const isAsked = (times: number) =>
    eventually(`question ${times}`, () => timesAsked() === times, { everyMs: 5 });
  const first = collector.askRuntime();
  await isAsked(1);
  give(silence);
  await isAsked(2);
  assert.equal(collector.evidence().isSilent, false);
  give(silence);
  await first;
  assert.equal(collector.evidence().isSilent, true);

  const second = collector.askRuntime();
  await isAsked(3);
  give(account);
  await second;
  assert.equal(collector.evidence().isSilent, false);
  assert.equal(timesAsked(), 3);
});

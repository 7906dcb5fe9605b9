/** The snapshot of a single look, for a command that does not stay: the same judgement as the page's. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Appliance } from '../../appliance/appliance.ts';
import { judgeStatus } from '../../keepalived/status/status.ts';
import type { Evidence, KeepalivedStatus } from '../../keepalived/status/status.ts';
import type { Clock } from '../../shared/clock.ts';
import { createEvidenceCollector } from '../../state/evidence-collector.ts';
import { createFailoverRecorder } from '../../state/failover-recorder.ts';
import type { FailoverRecord, FailoverStore } from '../../state/failover-records.ts';
import type { Snapshot } from '../../state/state-keeper.ts';

/** As the keeper reads at its start. */
const logLines = 1_000;
/** What contradicts itself may be a change under way: the second look decides. */
const secondLookAfterMs = 1_000;
/** A standby's second account proves what its master sent between the two: an interval and a part. */
const intervals = 1.5;
const longestWaitMs = 3_000;

/**
 * Asks each witness once, and keepalived twice where one account proves too little. Nothing is
 * written: the records of failovers are continued in memory only.
 * @param recorded what the program has written down of failovers, oldest first
 */
export async function lookOnce({
  appliance,
  clock,
  recorded,
}: {
  appliance: Appliance;
  clock: Clock;
  recorded: Pick<FailoverStore, 'lastTouchedAtMs'> & { entries: readonly FailoverRecord[] };
}): Promise<Snapshot> {
  const problems: unknown[] = [];
  const recorder = createFailoverRecorder({
    ...{ clock, store: keepInMemory(recorded), onRecorded: doNothing },
    onProblem: (error) => problems.push(error),
  });
  const witnesses = createEvidenceCollector({ appliance, clock, onChange: doNothing });
  const judge = (): KeepalivedStatus =>
    judgeStatus(
      witnesses.evidence(),
      clock.monotonicMs(),
      recorder.stateBegins(),
      recorder.drillOrders(),
    );
  const lookAtStates = () => Promise.all([witnesses.askRuntime(), witnesses.askNetwork()]);

  await Promise.all([lookAtStates(), witnesses.askBlindSpots()]);
  // Not from before it: on a busy server the answer may be late, and the second one soon after it.
  const lookedAtMs = clock.monotonicMs();
  await witnesses.askConfiguration();
  const page = await appliance.readLog({ limit: logLines });
  const lines = page.ok ? page.lines.toReversed() : [];
  witnesses.noteLines(lines);
  await Promise.all([
    witnesses.askServices(),
    witnesses.askHealthchecks(),
    witnesses.askTracking(),
  ]);
  const waitMs = findWait(judge(), witnesses.evidence());
  if (waitMs !== undefined) {
    await delay(Math.max(0, lookedAtMs + waitMs - clock.monotonicMs()));
    await lookAtStates();
  }
  recorder.noteEvidence(witnesses.evidence(), judge());
  recorder.start(lines);
  await recorder.close();
  if (problems.length > 0) throw problems[0];
  return {
    status: judge(),
    hostName: await appliance.readHostName(),
    services: witnesses.services(),
    nowMs: clock.monotonicMs(),
    wallMs: clock.wallMs(),
  };
}

/** When to look again, from the end of the first look; undefined: that one says enough. */
function findWait({ instances }: KeepalivedStatus, { runtime }: Evidence): number | undefined {
  const account = runtime?.value.ok ? runtime.value.instances : [];
  const waits = instances.flatMap(({ name, state, servingMaster }) => {
    if (state === 'Alarm' || state === 'Starting') return [secondLookAfterMs];
    const running = account.find((instance) => instance.name === name);
    return servingMaster && running ? [intervals * running.advertIntervalSeconds * 1000] : [];
  });
  return waits.length === 0 ? undefined : Math.min(longestWaitMs, Math.max(...waits));
}

function keepInMemory({
  entries,
  lastTouchedAtMs,
}: Parameters<typeof lookOnce>[0]['recorded']): FailoverStore {
  let all = entries;
  return {
    entries: () => all,
    lastTouchedAtMs,
    append(added) {
      all = [...all, ...added];
      return Promise.resolve();
    },
    touch: () => Promise.resolve(),
  };
}

function doNothing(): void {
  // Nobody follows a single look.
}

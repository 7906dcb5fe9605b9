/**
 * The snapshot that every page is rendered from. Kept fresh in the background: by events of the
 * kernel, the daemon, the files and the log, and by a slow re-check that also notices what no event
 * told. Reading it costs no command and no disk access, however many browsers look on.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Appliance, ApplianceEvent, ServiceReport } from '../appliance/appliance.ts';
import type { AddressChange, Observed } from '../keepalived/proof/evidence.ts';
import type { LogLine } from '../keepalived/runtime/log/log-lines.ts';
import { findWorstAlarm } from '../keepalived/status/alarms/urgency.ts';
import { judgeStatus } from '../keepalived/status/status.ts';
import type { Evidence, KeepalivedStatus } from '../keepalived/status/status.ts';
import type { Clock } from '../shared/clock.ts';
import { onBeat } from '../shared/watching/beat.ts';
import { createEvidenceCollector } from './evidence-collector.ts';
import type { SeenState } from './evidence-collector.ts';
import { createFailoverRecorder } from './failover-recorder.ts';
import type {
  FailoverRecord,
  FailoverStore,
  FinishedAction,
  TransitionRecord,
} from './failover-records.ts';
import { findNotifyFifos } from './live-configuration.ts';
import { createPace, restingLifetimeMs } from './pace.ts';
import { isStateLine, isHealthLine } from './relevant-lines.ts';
import { findSplitBrains } from './split-brains.ts';
import type { SplitBrain } from './split-brains.ts';
import { createTimedTask } from './timed-task.ts';

export { actionRecordSchema } from './failover-records.ts';
export type { ActionRecord, FailoverRecord, TransitionRecord } from './failover-records.ts';
export type { SplitBrain } from './split-brains.ts';

export interface Snapshot {
  status: KeepalivedStatus;
  hostName: string;
  services: Observed<ServiceReport[]> | undefined;
  /** When this was read, on both clocks. */
  nowMs: number;
  wallMs: number;
}

export interface RefreshOptions {
  withTracking?: boolean;
  seen?: SeenState | undefined;
}

export interface StateKeeper {
  /** The current status, from what was witnessed, for a reader; costs no command. */
  current(): Snapshot;
  /** The same for nobody: who rests is not woken. */
  peek(): Snapshot;
  /** What the witnesses said last, unjudged. */
  evidence: () => Evidence;
  /**
   * Asks the witnesses again, at once; what an action calls before it answers. Healthchecks and what
   * keepalived tracks follow in the background.
   * @param options.withTracking of an action that changes what keepalived tracks: that is awaited
   * too, which may take a second
   * @param options.seen what the action has seen itself: keepalived and the files are not asked again
   */
  refresh(options?: RefreshOptions): Promise<void>;
  /** Tells that the daemon has just loaded the live file with this tag. */
  noteLoaded(tag: string): void;
  /** Tells what somebody has just done, for the history. */
  noteAction(action: FinishedAction): void;
  /** Tells what Debug has proved; replaces what was told before. */
  noteFindings: (findings: Evidence['findings']) => void;
  /** Called after each change of what was witnessed. Returns the function that ends it. */
  subscribe(listener: () => void): () => void;
  /** Called with what the kernel tells of addresses. Returns the function that ends it. */
  followAddressChanges(listener: (changes: readonly AddressChange[]) => void): () => void;
  /** Changes of state, newest first; `sinceMs` is of the wall clock. */
  readTransitions(query: { limit: number; sinceMs?: number | undefined }): TransitionRecord[];
  /** When two servers were active, newest first; those that last, or were noticed since `sinceMs`. */
  readSplitBrains(query: { limit: number; sinceMs?: number | undefined }): SplitBrain[];
  /** All that is kept of failovers, in the order in which it was written down. */
  readFailoverRecords(): readonly FailoverRecord[];
  start(): Promise<void>;
  close(): Promise<void>;
}

/** The keeper that looks itself. */
export interface LookingKeeper extends StateKeeper {
  /** Monotonic, ms: since then keepalived, the network and the files were all looked at. */
  lookedAtMs: () => number;
}

const tickMs = 1_000;
const healthcheckEveryMs = 10_000;
/** Without a reader, the healthcheck is asked only this often. */
const idleHealthcheckEveryMs = 60_000;
/** Only while somebody looks, and in place of a question for the states. */
const trackingEveryMs = 30_000;
/** Who wakes the keeper gets new facts within this time, or the old ones count as too old. */
const wakesWithinMs = 5_000;
/** What the log told before the start, to explain the present and to fill the history. */
const firstLines = 1_000;

/** A keeper over one appliance. Nothing is asked until `start()`. */
export function createStateKeeper({
  appliance,
  clock,
  failovers,
  onProblem,
}: {
  appliance: Appliance;
  clock: Clock;
  failovers: FailoverStore;
  /** Told of what failed in the background, where nobody awaits it. */
  onProblem: (error: unknown) => void;
}): LookingKeeper {
  let hostName = '';
  let isAlarming = false;
  const listeners = new Set<() => void>();
  const addressListeners = new Set<(changes: readonly AddressChange[]) => void>();
  let stopTicks: (() => void) | undefined;
  let watch: Awaited<ReturnType<Appliance['watch']>> | undefined;
  let follower: Awaited<ReturnType<Appliance['followLog']>> | undefined;

  const tell = () => {
    for (const listener of listeners) listener();
  };
  const witnesses = createEvidenceCollector({
    appliance,
    clock,
    onChange: () => {
      const evidence = witnesses.evidence();
      const status = judgeStatus(evidence, clock.monotonicMs());
      isAlarming = [status, ...status.instances].some(
        ({ alarms }) => findWorstAlarm(alarms)?.severity === 'critical',
      );
      recorder.noteEvidence(evidence, status);
      tell();
    },
  });
  const recorder = createFailoverRecorder({ store: failovers, clock, onProblem, onRecorded: tell });

  const inBackground = (task: () => Promise<unknown>) => {
    task().catch(onProblem);
  };
  const timed = <Result>(task: () => Promise<Result>) => createTimedTask(clock, task);
  const runtime = timed(witnesses.askRuntime);
  const tracking = timed(witnesses.askTracking);
  const network = timed(witnesses.askNetwork);
  const services = timed(witnesses.askServices);
  const healthchecks = timed(witnesses.askHealthchecks);
  const configuration = timed(async () => {
    await witnesses.askConfiguration();
    watch?.setNotifyFifos(findNotifyFifos(witnesses.evidence()));
  });
  /** Of what keepalived tracked before a save nothing may be known any more. */
  let isTrackingOutdated = false;
  const noteSeen = async (seen: SeenState) => {
    await witnesses.noteSeen(seen);
    runtime.noteAsked();
    configuration.noteAsked();
    watch?.setNotifyFifos(findNotifyFifos(witnesses.evidence()));
    isTrackingOutdated = true;
  };
  const askMachine = async () => {
    await Promise.all([runtime.ask(), network.ask()]);
    await configuration.ask();
  };

  const onEvent = ({ about, addressChanges = [] }: ApplianceEvent) => {
    switch (about) {
      case 'configuration':
        inBackground(() => configuration.ask().then(healthchecks.ask));
        break;
      case 'daemon':
        // At once: an account that a dead daemon will never give may be awaited.
        inBackground(witnesses.askDaemon);
        inBackground(() => Promise.all([runtime.ask(), network.ask()]));
        break;
      case 'instances':
        inBackground(() => Promise.all([runtime.ask(), network.ask()]));
        break;
      case 'network':
        for (const listener of addressListeners) listener(addressChanges);
        // Many a machine's other interfaces come and go all day.
        // What the kernel told is shown at once; it is asked anyway, for there may be more.
        inBackground(async () => {
          const hasChanged = witnesses.noteAddressChanges(addressChanges);
          if ((await network.ask()) || hasChanged) await runtime.ask();
        });
        break;
    }
  };
  const onLines = (lines: LogLine[]) => {
    witnesses.noteLines(lines);
    recorder.noteLines(lines);
    if (lines.some(isStateLine)) onEvent({ about: 'instances' });
    if (lines.some(isHealthLine)) inBackground(tracking.ask);
  };

  const pace = createPace(
    clock,
    () => !isAlarming && (witnesses.evidence().blindSpots ?? []).length === 0,
    (isResting) => {
      watch?.setResting(isResting);
      if (isResting) witnesses.noteLifetime(restingLifetimeMs);
      else inBackground(wake);
    },
  );
  /** What was gathered while resting is believed until there is newer, but not for long. */
  const wake = async () => {
    inBackground(services.ask);
    try {
      await Promise.race([askMachine(), delay(wakesWithinMs, undefined, { ref: false })]);
    } finally {
      if (!pace.isResting()) witnesses.noteLifetime(undefined);
    }
  };

  const onTick = () => {
    pace.tick();
    const isLooking = pace.isLooking();
    const recheckEveryMs = pace.recheckEveryMs();
    // Both are questions to keepalived, and each is a line in its log.
    if (runtime.isDue(recheckEveryMs) && tracking.isDue(recheckEveryMs)) {
      const isTrackingDue = isTrackingOutdated || (isLooking && tracking.isDue(trackingEveryMs));
      isTrackingOutdated = false;
      inBackground(isTrackingDue ? tracking.ask : runtime.ask);
    }
    if (network.isDue(recheckEveryMs)) inBackground(network.ask);
    if (configuration.isDue(recheckEveryMs)) inBackground(configuration.ask);
    inBackground(witnesses.askBlindSpots);
    if (services.isDue(pace.servicesEveryMs())) inBackground(services.ask);
    const healthcheckMs = isLooking ? healthcheckEveryMs : idleHealthcheckEveryMs;
    if (healthchecks.isDue(healthcheckMs)) inBackground(healthchecks.ask);
  };

  /** The log is followed from before it is read, so that no line falls between. */
  const beginLog = async () => {
    const early: LogLine[] = [];
    let deliver = (lines: LogLine[]): void => {
      early.push(...lines);
    };
    follower = await appliance.followLog((lines) => {
      deliver(lines);
    });
    const page = await appliance.readLog({ limit: firstLines });
    const lines = page.ok ? page.lines.toReversed() : [];
    witnesses.noteLines(lines);
    recorder.start(lines);
    const known = new Set(lines.map(({ raw }) => raw));
    deliver = onLines;
    onLines(early.filter(({ raw }) => !known.has(raw)));
  };

  const peek = (): Snapshot => {
    const nowMs = clock.monotonicMs();
    return {
      status: judgeStatus(
        witnesses.evidence(),
        nowMs,
        recorder.stateBegins(),
        recorder.drillOrders(),
      ),
      hostName,
      services: witnesses.services(),
      nowMs,
      wallMs: clock.wallMs(),
    };
  };

  return {
    current() {
      pace.noteReader();
      return peek();
    },
    peek,
    evidence: witnesses.evidence,
    lookedAtMs: () => Math.min(...[runtime, network, configuration].map((one) => one.endedAtMs())),
    async refresh({ withTracking = false, seen } = {}) {
      if (seen) {
        await Promise.all([noteSeen(seen), network.ask(), services.ask()]);
        inBackground(healthchecks.ask);
        return;
      }
      await Promise.all([askMachine(), services.ask()]);
      inBackground(healthchecks.ask);
      // After the others, for it is a question to keepalived too; and nobody waits without need for
      // what is asked once a second at most.
      if (withTracking) await tracking.ask();
      else inBackground(tracking.ask);
    },
    noteFindings: witnesses.noteFindings,
    noteAction(action) {
      recorder.noteAction(action);
    },
    noteLoaded(tag) {
      witnesses.noteLoaded(tag);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    followAddressChanges(listener) {
      addressListeners.add(listener);
      return () => addressListeners.delete(listener);
    },
    readTransitions({ limit, sinceMs = -Infinity }) {
      return failovers
        .entries()
        .filter((record) => record.kind === 'transition')
        .filter(({ atMs }) => atMs >= sinceMs)
        .toReversed()
        .toSorted((one, other) => other.atMs - one.atMs)
        .slice(0, limit);
    },
    readSplitBrains({ limit, sinceMs = -Infinity }) {
      return findSplitBrains(failovers.entries())
        .filter(({ fromMs, toMs, end }) => end === 'lasts' || (toMs ?? fromMs) >= sinceMs)
        .slice(0, limit);
    },
    readFailoverRecords: () => failovers.entries(),
    async start() {
      hostName = await appliance.readHostName();
      watch = await appliance.watch(onEvent);
      await Promise.all([askMachine(), services.ask(), witnesses.askBlindSpots()]);
      inBackground(healthchecks.ask);
      inBackground(beginLog);
      inBackground(tracking.ask);
      stopTicks = onBeat(tickMs, onTick);
    },
    async close() {
      stopTicks?.();
      listeners.clear();
      addressListeners.clear();
      await Promise.all([watch?.close(), follower?.close()]);
      await recorder.close();
    },
  };
}

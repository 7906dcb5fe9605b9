/**
 * The snapshot that every page is rendered from. Kept fresh in the background: by events of the
 * kernel, the daemon and the files, and by a slow re-check that also notices what no event told.
 * Reading it costs no command and no disk access, however many browsers look on.
 */
import type { Appliance, ApplianceEvent, ServiceReport } from './appliance/appliance.ts';
import { findHealthcheck } from './keepalived/config/questions.ts';
import type { Observed } from './keepalived/evidence.ts';
import { judgeStatus } from './keepalived/status.ts';
import type { Evidence, KeepalivedStatus } from './keepalived/status.ts';
import { createCoalescedTask } from './state/coalesced-task.ts';
import { readLiveConfiguration } from './state/live-configuration.ts';
import { findLoadKnowledge, wasEditedSince } from './state/load-knowledge.ts';
import type { LoadKnowledge } from './state/load-knowledge.ts';

export interface Clock {
  /** Never goes back; for ages. */
  monotonicMs(): number;
  /** For showing times. */
  wallMs(): number;
}

export interface Snapshot {
  status: KeepalivedStatus;
  hostName: string;
  services: Observed<ServiceReport[]> | undefined;
  /** When this was read, on both clocks. */
  nowMs: number;
  wallMs: number;
}

export interface StateKeeper {
  /** The status as of now, from what was witnessed; costs no command. */
  current(): Snapshot;
  /** Asks the witnesses again, at once; what an action calls before it answers. */
  refresh(): Promise<void>;
  /** Tells that the daemon has just loaded the live file with this tag. */
  noteLoaded(tag: string): void;
  /** Called after each change of what was witnessed. Returns the function that ends it. */
  subscribe(listener: () => void): () => void;
  start(): Promise<void>;
  close(): Promise<void>;
}

const recheckEveryMs = 5_000;
const servicesEveryMs = 30_000;
const healthcheckEveryMs = 10_000;
/** Without a reader, the healthcheck is asked only this often. */
const idleHealthcheckEveryMs = 60_000;

/** A keeper over one appliance. Nothing is asked until `start()`. */
export function createStateKeeper({
  appliance,
  clock,
  onProblem,
}: {
  appliance: Appliance;
  clock: Clock;
  /** Told of what failed in the background, where nobody awaits it. */
  onProblem: (error: unknown) => void;
}): StateKeeper {
  const evidence: { -readonly [Key in keyof Evidence]: Evidence[Key] } = {
    daemon: undefined,
    runtime: undefined,
    network: undefined,
    configuration: undefined,
    startOnBoot: undefined,
    healthchecks: new Map(),
  };
  let hostName = '';
  let serviceReports: Observed<ServiceReport[]> | undefined;
  let load: LoadKnowledge | undefined;
  let lastReadMs = -Infinity;
  let lastHealthcheckMs = -Infinity;
  const listeners = new Set<() => void>();
  const timers: NodeJS.Timeout[] = [];
  let watch: { close(): Promise<void> } | undefined;

  /** The age of a fact is counted from before it was asked: it can only be older than it looks. */
  const observe = async <Value>(ask: () => Promise<Value>): Promise<Observed<Value>> => {
    const atMs = clock.monotonicMs();
    return { value: await ask(), atMs };
  };
  const changed = () => {
    for (const listener of listeners) listener();
  };

  const askRuntime = createCoalescedTask(async () => {
    evidence.daemon = await observe(() => appliance.readDaemon());
    evidence.runtime =
      evidence.daemon.value.state === 'running'
        ? await observe(() => appliance.readRuntime())
        : undefined;
    changed();
  });
  const askNetwork = createCoalescedTask(async () => {
    evidence.network = await observe(() => appliance.readNetwork());
    changed();
  });
  const askConfiguration = createCoalescedTask(async () => {
    const { value: live, atMs } = await observe(() => readLiveConfiguration(appliance));
    const daemon = evidence.daemon?.value;
    load =
      live.ok && daemon
        ? await findLoadKnowledge(appliance, daemon, load, live.modifiedAtMs)
        : undefined;
    evidence.configuration = {
      value: live.ok ? { ...live, editedSinceLoad: load && wasEditedSince(load, live) } : live,
      atMs,
    };
    changed();
  });
  const askServices = createCoalescedTask(async () => {
    serviceReports = await observe(() => appliance.readServices());
    const keepalived = serviceReports.value.find(({ name }) => name === 'keepalived');
    evidence.startOnBoot = keepalived && {
      value: keepalived.startOnBoot,
      atMs: serviceReports.atMs,
    };
    changed();
  });
  const askHealthchecks = createCoalescedTask(async () => {
    lastHealthcheckMs = clock.monotonicMs();
    const results = await Promise.all(
      urlsToProbe(evidence).map(
        async (url) => [url, await observe(() => appliance.probeHealthcheck(url))] as const,
      ),
    );
    evidence.healthchecks = new Map(results);
    changed();
  });

  const askMachine = async () => {
    await Promise.all([askRuntime(), askNetwork()]);
    await askConfiguration();
  };
  const inBackground = (task: () => Promise<unknown>) => {
    task().catch(onProblem);
  };
  const onEvent = ({ about }: ApplianceEvent) => {
    if (about === 'configuration') {
      inBackground(() => askConfiguration().then(askHealthchecks));
    } else {
      inBackground(() => Promise.all([askRuntime(), askNetwork()]));
    }
  };
  const probeWhenDue = () => {
    const now = clock.monotonicMs();
    const isRead = now - lastReadMs < idleHealthcheckEveryMs;
    const everyMs = isRead ? healthcheckEveryMs : idleHealthcheckEveryMs;
    if (now - lastHealthcheckMs >= everyMs) inBackground(askHealthchecks);
  };
  const every = (intervalMs: number, task: () => void) => {
    timers.push(setInterval(task, intervalMs).unref());
  };

  return {
    current() {
      lastReadMs = clock.monotonicMs();
      return {
        status: judgeStatus(evidence, lastReadMs),
        hostName,
        services: serviceReports,
        nowMs: lastReadMs,
        wallMs: clock.wallMs(),
      };
    },
    async refresh() {
      await Promise.all([askMachine(), askServices()]);
      inBackground(askHealthchecks);
    },
    noteLoaded(tag) {
      const daemon = evidence.daemon?.value;
      if (daemon?.state !== 'running') return;
      load = {
        daemonPid: daemon.pid,
        loadedAtMs: clock.wallMs(),
        uncertaintyMs: 0,
        loadedTag: tag,
      };
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async start() {
      hostName = await appliance.readHostName();
      watch = await appliance.watch(onEvent);
      await Promise.all([askMachine(), askServices()]);
      inBackground(askHealthchecks);
      every(recheckEveryMs, () => {
        inBackground(askMachine);
      });
      every(servicesEveryMs, () => {
        inBackground(askServices);
      });
      every(1_000, probeWhenDue);
    },
    async close() {
      for (const timer of timers) clearInterval(timer);
      listeners.clear();
      await watch?.close();
    },
  };
}

function urlsToProbe({ configuration }: Evidence): string[] {
  if (!configuration?.value.ok) return [];
  const { summary } = configuration.value;
  return [
    ...new Set(
      summary.instances.flatMap((instance) => findHealthcheck(summary, instance)?.url ?? []),
    ),
  ];
}

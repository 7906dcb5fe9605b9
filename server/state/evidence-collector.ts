/** The witnesses, each asked by one task: what they said last is the evidence. */
import type { Appliance, ServiceReport } from '../appliance/appliance.ts';
import { applyAddressChanges } from '../keepalived/addresses/address-changes.ts';
import { findInstanceInterfaces } from '../keepalived/addresses/instance-interfaces.ts';
import { findHealthcheck } from '../keepalived/config/questions.ts';
import type { ConfigurationSummary } from '../keepalived/config/questions.ts';
import { splitScriptCommand } from '../keepalived/config/script-command.ts';
import { describeKey } from '../keepalived/healthcheck/request.ts';
import type { HealthcheckRequest } from '../keepalived/healthcheck/request.ts';
import type { AddressChange, Observed, RuntimeReport } from '../keepalived/proof/evidence.ts';
import type { ProofEvidence } from '../keepalived/proof/proof.ts';
import {
  noLogEvidence,
  noteLogLine,
  noteTracking,
} from '../keepalived/runtime/log/log-evidence.ts';
import type { LogLine } from '../keepalived/runtime/log/log-lines.ts';
import { noteMasterContacts } from '../keepalived/status/masters/master-contacts.ts';
import { noteReceivedAdvertisements } from '../keepalived/status/masters/other-masters.ts';
import { noEvidence } from '../keepalived/status/no-evidence.ts';
import type { ConfigurationEvidence } from '../keepalived/status/status-model.ts';
import type { Evidence } from '../keepalived/status/status.ts';
import type { Clock } from '../shared/clock.ts';
import { createCoalescedTask } from './coalesced-task.ts';
import { readLiveConfiguration } from './live-configuration.ts';
import type { LiveConfiguration } from './live-configuration.ts';
import { findLoadKnowledge, wasEditedSince } from './load-knowledge.ts';
import type { LoadKnowledge } from './load-knowledge.ts';

/** What an action has just seen itself, so that nobody is asked for it again. */
export interface SeenState {
  sighting: ProofEvidence;
  /** When it was looked for, on the monotonic clock: it can only be older than it looks. */
  atMs: number;
  configuration: LiveConfiguration & { ok: true };
}

export interface EvidenceCollector {
  /** What was witnessed so far; replaced with each change. */
  evidence: () => Evidence;
  services(): Observed<ServiceReport[]> | undefined;
  /** Each resolves once something was asked after the call; `onChange` was called then. */
  askDaemon: () => Promise<void>;
  askRuntime: () => Promise<void>;
  askTracking: () => Promise<void>;
  /** Tells whether an interface of keepalived's changed. */
  askNetwork: () => Promise<boolean>;
  /** Takes what the kernel told of addresses for evidence; tells the same. */
  noteAddressChanges: (changes: readonly AddressChange[]) => boolean;
  askConfiguration: () => Promise<void>;
  /** Takes keepalived's account and the configuration for evidence, where nothing newer is known. */
  noteSeen: (seen: SeenState) => Promise<void>;
  askServices: () => Promise<void>;
  askHealthchecks: () => Promise<void>;
  /** Costs nothing: the appliance knows. */
  askBlindSpots: () => Promise<void>;
  noteLines(lines: readonly LogLine[]): void;
  noteLoaded(tag: string): void;
  /** For how long a fact may be believed; undefined: as usual. */
  noteLifetime: (lifetimeMs: number | undefined) => void;
  noteFindings: (findings: Evidence['findings']) => void;
}

/** However fast events follow each other, keepalived and `ip` are not asked more often than this. */
const minIntervalMs = 100;

export function createEvidenceCollector({
  appliance,
  clock,
  onChange,
}: {
  appliance: Appliance;
  clock: Clock;
  onChange: () => void;
}): EvidenceCollector {
  let evidence = noEvidence;
  let serviceReports: Observed<ServiceReport[]> | undefined;
  let load: LoadKnowledge | undefined;

  const note = (news: Partial<Evidence>) => {
    evidence = { ...evidence, ...news };
    onChange();
  };
  /** The age of a fact is counted from before it was asked: it can only be older than it looks. */
  const observe = async <Value>(ask: () => Promise<Value>): Promise<Observed<Value>> => {
    const atMs = clock.monotonicMs();
    return { value: await ask(), atMs };
  };

  const askDaemon = createCoalescedTask(async () => {
    const daemon = await observe(() => appliance.readDaemon());
    const { state } = daemon.value;
    // What another daemon told, or another VRRP process of it, says nothing of this one.
    const isSame = findSpeaker({ daemon }) === findSpeaker(evidence);
    note({
      daemon,
      ...(isSame ? {} : { runtime: undefined, tracking: undefined, isSilent: false }),
      // One that could not be looked at may live on.
      ...(state === 'running' || state === 'unknown' ? {} : { log: noLogEvidence }),
    });
  });
  const askRuntime = createCoalescedTask(
    async () => {
      await askDaemon();
      const asked = findSpeaker(evidence);
      if (asked === undefined) return;
      const listen = async () => {
        const runtime = await observe(() => appliance.readRuntime());
        // It may have ended while its account was awaited.
        if (findSpeaker(evidence) === asked) note(noteRuntime(evidence, runtime));
        return isSilent(runtime.value);
      };
      // On a busy machine an answer may be late; who is silent twice hangs.
      if ((await listen()) && !evidence.isSilent) await listen();
    },
    { minIntervalMs },
  );
  const askTracking = createCoalescedTask(
    async () => {
      const asked = findSpeaker(evidence);
      if (asked === undefined) return;
      const tracking = await observe(() => appliance.readTracking());
      if (findSpeaker(evidence) !== asked) return;
      // An older account that is one is worth more than a newer failure.
      const before = evidence.tracking?.value;
      if (!tracking.value.ok && before?.ok) return;
      note({ tracking, log: noteTracking(evidence.log, before, tracking.value, clock.wallMs()) });
    },
    { minIntervalMs: 1_000 },
  );
  /** What the kernel told while it was asked: its answer may be from before it. */
  let toldMeanwhile: AddressChange[] = [];
  const readNetwork = createCoalescedTask(
    async () => {
      toldMeanwhile = [];
      const { value, atMs } = await observe(() => appliance.readNetwork());
      note({ network: { value: applyAddressChanges(value, toldMeanwhile), atMs } });
    },
    { minIntervalMs },
  );
  const askConfiguration = createCoalescedTask(async () => {
    await noteConfiguration(await observe(() => readLiveConfiguration(appliance)));
  });
  const noteConfiguration = async ({ value: live, atMs }: Observed<LiveConfiguration>) => {
    // One that was begun earlier may end later.
    if (atMs < (evidence.configuration?.atMs ?? -Infinity)) return;
    const daemon = evidence.daemon?.value;
    load =
      live.ok && daemon
        ? await findLoadKnowledge(appliance, daemon, load, live.modifiedAtMs)
        : undefined;
    const value = live.ok ? { ...live, editedSinceLoad: load && wasEditedSince(load, live) } : live;
    note({ configuration: { value: withLoadTime(value, evidence, atMs), atMs } });
  };
  const askServices = createCoalescedTask(async () => {
    serviceReports = await observe(() => appliance.readServices());
    const keepalived = serviceReports.value.find(({ name }) => name === 'keepalived');
    note({
      startOnBoot: keepalived && { value: keepalived.startOnBoot, atMs: serviceReports.atMs },
    });
  });
  const askHealthchecks = createCoalescedTask(async () => {
    const results = await Promise.all(
      [...findRequests(evidence)].map(
        async ([key, request]) =>
          [key, await observe(() => appliance.probeHealthcheck(request))] as const,
      ),
    );
    const { configuration, daemon } = evidence;
    const scriptObstacles =
      configuration?.value.ok && daemon?.value.state === 'running'
        ? await findScriptObstacles(appliance, configuration.value.summary)
        : new Map<string, string>();
    note({ healthchecks: new Map(results), scriptObstacles });
  });

  return {
    evidence: () => evidence,
    services: () => serviceReports,
    askDaemon,
    askRuntime,
    askTracking,
    async askNetwork() {
      const before = keepalivedInterfaces(evidence);
      await readNetwork();
      return keepalivedInterfaces(evidence) !== before;
    },
    noteAddressChanges(changes) {
      const { network } = evidence;
      if (!network || changes.length === 0) return false;
      toldMeanwhile.push(...changes);
      const before = keepalivedInterfaces(evidence);
      // As old as it was: of all else nothing new is known.
      note({ network: { ...network, value: applyAddressChanges(network.value, changes) } });
      return keepalivedInterfaces(evidence) !== before;
    },
    askConfiguration,
    async noteSeen({ sighting: { daemon, runtime }, atMs, configuration }) {
      await askDaemon();
      const isSame = findSpeaker({ daemon: { value: daemon, atMs } }) === findSpeaker(evidence);
      const isNewer = atMs >= (evidence.runtime?.atMs ?? -Infinity);
      if (runtime && isSame && isNewer) note(noteRuntime(evidence, { value: runtime, atMs }));
      await noteConfiguration({ value: configuration, atMs });
    },
    askServices,
    askHealthchecks,
    async askBlindSpots() {
      const blindSpots = await appliance.readBlindSpots();
      if (blindSpots.join('\n') !== (evidence.blindSpots ?? []).join('\n')) note({ blindSpots });
    },
    noteLines(lines) {
      const { log: before } = evidence;
      const log = lines.reduce(
        (known, line) => noteLogLine(known, line, monotonicTimeOf(line, clock)),
        before,
      );
      if (log !== before) note({ log });
    },
    noteLifetime(lifetimeMs) {
      note({ lifetimeMs });
    },
    noteFindings(findings) {
      note({ findings });
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
  };
}

/** Since when this very text is known to be loaded. */
function withLoadTime(
  now: ConfigurationEvidence,
  { configuration }: Evidence,
  atMs: number,
): ConfigurationEvidence {
  if (!now.ok || now.editedSinceLoad !== false) return now;
  const before = configuration?.value;
  const loadedByMs = before?.ok && before.tag === now.tag ? before.loadedByMs : undefined;
  return { ...now, loadedByMs: loadedByMs ?? atMs };
}

/** The daemon that runs, by its pid. */
export function findPid({ daemon }: Pick<Evidence, 'daemon'>): number | undefined {
  return daemon?.value.state === 'running' ? daemon.value.pid : undefined;
}

/** Who gives an account: the daemon that runs, with its VRRP process. */
function findSpeaker({ daemon }: Pick<Evidence, 'daemon'>): string | undefined {
  if (daemon?.value.state !== 'running') return undefined;
  return `${daemon.value.pid} ${daemon.value.vrrpPid ?? ''}`;
}

/** What follows from keepalived's newest account. */
function noteRuntime(evidence: Evidence, runtime: Observed<RuntimeReport>): Partial<Evidence> {
  if (!runtime.value.ok) {
    const wasSilent = evidence.runtime !== undefined && isSilent(evidence.runtime.value);
    return { runtime, isSilent: isSilent(runtime.value) && wasSilent };
  }
  const before = evidence.runtime?.value;
  const isSame = describeStates(before) === describeStates(runtime.value);
  const { otherMasters } = evidence.log;
  return {
    runtime,
    isSilent: false,
    masterContacts: noteMasterContacts(
      evidence.masterContacts ?? new Map(),
      evidence.runtime,
      runtime,
    ),
    lastAccountAtMs: runtime.atMs,
    statesSinceMs: isSame ? evidence.statesSinceMs : runtime.atMs,
    log: {
      ...evidence.log,
      otherMasters: noteReceivedAdvertisements(otherMasters, before, runtime.value, runtime.atMs),
    },
  };
}

const isSilent = (report: RuntimeReport): boolean => !report.ok && report.silent === true;

function describeStates(report: RuntimeReport | undefined): string | undefined {
  return report?.ok
    ? report.instances.map(({ name, state }) => `${name} ${state}`).join('\n')
    : undefined;
}

/** A line that was written while nobody followed the log is as old as its stamp says. */
function monotonicTimeOf({ atMs }: LogLine, clock: Clock): number {
  const ageMs = atMs === undefined ? 0 : clock.wallMs() - atMs;
  return clock.monotonicMs() - Math.max(0, ageMs);
}

/** The part of the kernel's account that an instance may depend on, to be compared. */
function keepalivedInterfaces({ network: seen, configuration, runtime }: Evidence): string {
  const network = seen?.value;
  if (!network?.ok) return '';
  const files = configuration?.value.ok ? configuration.value.summary.instances : [];
  const account = runtime?.value.ok ? runtime.value.instances : [];
  const names = new Set(
    [...new Set([...files, ...account].map(({ name }) => name))].flatMap((name) => {
      const configured = files.find((instance) => instance.name === name);
      const running = account.find((instance) => instance.name === name);
      const { base, virtual, addresses } = findInstanceInterfaces({ configured, running, network });
      const held = addresses.map(({ interfaceName }) => interfaceName);
      return [base, virtual?.name, ...held, ...(configured?.trackedInterfaces ?? [])];
    }),
  );
  return JSON.stringify(network.interfaces.filter(({ name }) => names.has(name)));
}

/** What of the tracked scripts nobody can run as they are now, by name; each the end of a sentence. */
export async function findScriptObstacles(
  appliance: Pick<Appliance, 'findScriptObstacle'>,
  { instances, scripts }: ConfigurationSummary,
): Promise<Map<string, string>> {
  const tracked = new Set(instances.flatMap(({ trackedScripts }) => trackedScripts));
  const found = await Promise.all(
    scripts
      .filter(({ name }) => tracked.has(name))
      .map(async ({ name, command }): Promise<[string, string][]> => {
        const reason = await appliance.findScriptObstacle(splitScriptCommand(command)[0] ?? '');
        return reason === undefined ? [] : [[name, reason]];
      }),
  );
  return new Map(found.flat());
}

/** The requests that can be made from here, each once, by their keys. */
function findRequests({ configuration }: Evidence): Map<string, HealthcheckRequest> {
  const requests = new Map<string, HealthcheckRequest>();
  if (!configuration?.value.ok) return requests;
  const { summary } = configuration.value;
  for (const instance of summary.instances) {
    const probe = findHealthcheck(summary, instance)?.probe;
    if (probe?.kind === 'repeatable') requests.set(describeKey(probe.request), probe.request);
  }
  return requests;
}

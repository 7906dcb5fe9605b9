/**
 * The verdict: evidence and a clock in, what the status page may claim out.
 *
 * Two witnesses must agree before anything is called Active: keepalived's own account and the
 * kernel's list of addresses. Whatever is missing or too old is Unknown, never the last known good.
 */
import { findInstanceInterfaces } from '../addresses/instance-interfaces.ts';
import { ownerPriority } from '../addresses/owner-priority.ts';
import type { ConfigurationSummary, ConfiguredInstance } from '../config/questions.ts';
import { createFindResult } from '../foresight/elections/effective-priority.ts';
import { findScriptConsequence } from '../foresight/script-consequence.ts';
import type { Observed, RuntimeInstance } from '../proof/evidence.ts';
import { listElsewhere, describeServing, findAddressStatuses } from './address-status.ts';
import type { AddressStatus } from './address-status.ts';
import { judgeFindings } from './alarms/debug-findings.ts';
import { judgeAlarms } from './alarms/instance-alarms.ts';
import { judgeMachine } from './alarms/machine-alarms.ts';
import type { FailureCase } from './alarms/script-failure.ts';
import { explainFault } from './fault-reason.ts';
import type { FaultCase } from './fault-reason.ts';
import { compareWithFile } from './file-differences.ts';
import { evidenceLifetimeMs, fresh, oldestAge, describeStaleness } from './freshness.ts';
import { judgeHealthcheck } from './healthcheck-status.ts';
import type { DrillOrders } from './hold.ts';
import { judgeState, measureUnknownTime } from './instance-state.ts';
import type { FreshEvidence } from './instance-state.ts';
import { findLoweredPriority, findMaintenanceItem, judgeMaintenance } from './maintenance.ts';
import { findServingMaster } from './masters/serving-master.ts';
import { lastTransition } from './state-start.ts';
import type { StateStart } from './state-start.ts';
import type { Evidence, InstanceStatus, KeepalivedStatus } from './status-model.ts';
import { listWatched, addObstacles } from './watched-items.ts';

export { evidenceLifetimeMs };
export { isPlannedFault } from './maintenance.ts';
export type { DrillOrder, DrillOrders } from './hold.ts';
export { alarmCodes } from './alarms/alarm-codes.ts';
export type { Alarm } from './alarms/alarm-codes.ts';
export type {
  Evidence,
  InstanceStatus,
  KeepalivedStatus,
  StateWord,
  WatchedItem,
} from './status-model.ts';

/**
 * The status of keepalived on this machine.
 * @param nowMs the monotonic clock, as in `Observed.atMs`
 * @param begins by instance: since when it has been in its state, as far as that was recorded
 * @param orders by instance: the drills that last, as far as they were recorded
 */
export function judgeStatus(
  evidence: Evidence,
  nowMs: number,
  begins: ReadonlyMap<string, StateStart> = new Map(),
  orders: DrillOrders = new Map(),
): KeepalivedStatus {
  const { lifetimeMs } = evidence;
  const daemon = fresh(evidence.daemon, nowMs, lifetimeMs);
  const network = fresh(evidence.network, nowMs, lifetimeMs);
  const runtime = fresh(evidence.runtime, nowMs, lifetimeMs);
  const configuration = fresh(evidence.configuration, nowMs, lifetimeMs);
  const startOnBoot = evidence.startOnBoot?.value ?? { known: false, reason: 'not asked yet' };
  const summary = configuration?.ok ? configuration.summary : undefined;
  const running = daemon?.state === 'running' && runtime?.ok ? runtime.instances : [];
  const names = listNames(summary, running);
  const scene: Scene = {
    addresses: new Map(
      names.map((name) => {
        const interfaces = findInstanceInterfaces({
          configured: summary?.instances.find((instance) => instance.name === name),
          running: running.find((instance) => instance.name === name),
          network,
        });
        return [name, findAddressStatuses(interfaces, network)];
      }),
    ),
    evidence,
    nowMs,
    begins,
    orders,
    freshEvidence: { daemon, runtime, network },
    summary,
    running,
  };
  const statesForMs = nowMs - (evidence.statesSinceMs ?? nowMs);
  return {
    daemon: daemon ?? { state: 'unknown', reason: describeStaleness(evidence.daemon, nowMs) },
    startOnBoot,
    instances: names.map((name) => judgeInstance(name, scene)),
    alarms: judgeMachine({
      ...{ daemon, runtime, startOnBoot, configuration, running, statesForMs },
      blindSpots: evidence.blindSpots ?? [],
      wasConfigurationAsked: evidence.configuration !== undefined,
    }),
    configuration: {
      problem:
        configuration === undefined
          ? describeStaleness(evidence.configuration, nowMs)
          : configuration.ok
            ? undefined
            : configuration.reason,
      editedSinceLoad: configuration?.ok ? configuration.editedSinceLoad : undefined,
    },
    evidenceAgeMs: oldestAge([evidence.daemon, evidence.runtime, evidence.network], nowMs),
  };
}

interface Scene {
  /** By instance. */
  addresses: ReadonlyMap<string, AddressStatus[]>;
  evidence: Evidence;
  nowMs: number;
  begins: ReadonlyMap<string, StateStart>;
  orders: DrillOrders;
  freshEvidence: FreshEvidence;
  /** Of the file on disk. */
  summary: ConfigurationSummary | undefined;
  running: RuntimeInstance[];
}

/** The file's instances in its order, then those that only the daemon knows. */
function listNames(
  summary: ConfigurationSummary | undefined,
  running: readonly RuntimeInstance[],
): string[] {
  const configured = summary?.instances ?? [];
  return [...new Set([...configured, ...running].map(({ name }) => name))];
}

function judgeInstance(name: string, scene: Scene): InstanceStatus {
  const { evidence, nowMs, freshEvidence, summary } = scene;
  const configured = summary?.instances.find((instance) => instance.name === name);
  const running = scene.running.find((instance) => instance.name === name);
  const { network } = freshEvidence;
  const addresses = scene.addresses.get(name) ?? [];
  const listed = listWatched(
    name,
    configured,
    evidence.tracking,
    evidence.log,
    running && configured ? findDecidingScripts(configured, scene) : undefined,
  );
  const watched = running ? addObstacles(listed, evidence.scriptObstacles) : listed;
  const fileDifference = running && summary ? compareWithFile(running, configured) : undefined;
  const inFile = fileDifference?.kind === 'differs' ? fileDifference : undefined;
  // With a virtual interface keepalived names that one; the file names the one below.
  const interfaceName =
    inFile?.interfaceName === undefined
      ? (configured?.interfaceName ?? running?.interfaceName)
      : running?.interfaceName;
  const isOwner = (running?.basePriority ?? configured?.priority) === ownerPriority;
  const maintained = findMaintenanceItem(name, watched, evidence.tracking?.value, scene.orders);
  const fault: FaultCase = {
    interfaceName: running?.interfaceName ?? interfaceName,
    network: freshEvidence.network,
    watched,
    maintenanceItem: maintained?.item,
    loggedCause: evidence.log.faultCauses.get(name),
    faultyMembers: findFaultyMembers(name, scene),
  };
  const verdict = judgeState({
    running,
    isOwner,
    addresses,
    evidence: freshEvidence,
    isSilent: evidence.isSilent ?? false,
    explainFault: () => explainFault(fault),
    addressRefusal: evidence.log.addressRefusal?.value,
    preemptDelaySeconds: findRunningDelay(evidence.log.preemptDelays?.get(name), nowMs),
  });
  const servingMaster =
    verdict.state === 'Standby'
      ? findServingMaster({
          running,
          contact: evidence.masterContacts?.get(name),
          runtimeAtMs: evidence.runtime?.atMs ?? nowMs,
          tracking: evidence.tracking,
          nowMs,
        })
      : undefined;
  const status: InstanceStatus = {
    name,
    addresses,
    healthcheck: judgeHealthcheck(summary, name, evidence.healthchecks, nowMs),
    configurationState: configured?.initialState,
    hasUnreadParts:
      configured === undefined ||
      configured.hasUnreadParts === true ||
      configured.hasUnreadTracking === true,
    ...verdict,
    servingMaster,
    unknownForMs:
      verdict.state === 'Unknown'
        ? measureUnknownTime(evidence, evidence.lastAccountAtMs, freshEvidence, nowMs)
        : undefined,
    serving: describeServing(addresses),
    interfaceName,
    virtualRouterId: running?.virtualRouterId ?? configured?.virtualRouterId,
    priority: {
      configured: inFile?.priority === undefined ? configured?.priority : running?.basePriority,
      effective: running?.effectivePriority,
    },
    fileDifference,
    lastTransitionAtMs: running && lastTransition(running, scene.begins.get(name)),
    watched,
    maintenance: judgeMaintenance({
      ...{ state: verdict.state, instanceName: name, fault, hold: maintained?.hold },
      ...{ evidence, summary, running: scene.running, orders: scene.orders },
    }),
    statistics: running?.statistics ?? {},
  };
  const otherMaster = evidence.log.otherMasters.get(name);
  const all = [...scene.addresses.values()].flat();
  // The address of its owner (RFC 9568, 8.3.2) may be the server's own, with another prefix length.
  const elsewhere = isOwner ? [] : listElsewhere(addresses, all, network);
  const isMaster = running?.state === 'MASTER';
  const tracking = evidence.tracking?.value;
  const lowered = findLoweredPriority(name, watched, tracking, scene.orders);
  const beside = judgeAlarms(
    { ...status, elsewhere, lowered, failure: findFailureCase(status, configured, running, scene) },
    isMaster,
    findRunningDelay(evidence.log.startupDelay, nowMs),
    otherMaster,
    nowMs,
  );
  const tag = evidence.configuration?.value.ok ? evidence.configuration.value.tag : undefined;
  const proved = judgeFindings(status, evidence.findings, tag);
  return { ...status, alarms: [...status.alarms, ...proved, ...beside] };
}

/** Of a file that is known to be loaded: the scripts that keepalived must run for it. */
function findDecidingScripts(configured: ConfiguredInstance, { evidence, summary }: Scene) {
  const file = evidence.configuration?.value;
  if (!file?.ok || file.loadedByMs === undefined || !summary) return undefined;
  const scriptNames = configured.trackedScripts.filter(
    (name) => findScriptConsequence(name, configured, summary).kind !== 'ignored',
  );
  return { scriptNames, loadedByMs: file.loadedByMs };
}

/** What a failure of the instance's healthcheck depends on, beside the script itself. */
function findFailureCase(
  { name, healthcheck }: InstanceStatus,
  configured: ConfiguredInstance | undefined,
  running: RuntimeInstance | undefined,
  { evidence, summary, freshEvidence }: Scene,
): Omit<FailureCase, 'script'> {
  const file = evidence.configuration?.value;
  const isLoaded = file?.ok === true && file.editedSinceLoad === false;
  const tracking = evidence.tracking?.value;
  return {
    consequence:
      healthcheck && configured && summary && isLoaded
        ? findScriptConsequence(
            healthcheck.scriptName,
            configured,
            summary,
            createFindResult(tracking, freshEvidence.network),
          )
        : undefined,
    effectivePriority: running?.effectivePriority,
    // What the log heard lately is newer than what was heard before it took over.
    peerPriority: evidence.log.otherMasters.get(name)?.value.priority ?? running?.lastHeardPriority,
  };
}

/** The seconds of a delay that goes on. */
function findRunningDelay(delay: Observed<number> | undefined, nowMs: number): number | undefined {
  return delay && nowMs < delay.atMs + delay.value * 1000 ? delay.value : undefined;
}

function findFaultyMembers(name: string, { summary, running }: Scene): string[] {
  const group = summary?.syncGroups.find(({ instanceNames }) => instanceNames.includes(name));
  return running
    .filter((member) => member.name !== name && member.state === 'FAULT')
    .map((member) => member.name)
    .filter((member) => group?.instanceNames.includes(member));
}

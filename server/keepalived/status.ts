/**
 * The verdict: evidence and a clock in, what the status page may claim out.
 *
 * Two witnesses must agree before anything is called Active: keepalived's own account and the
 * kernel's list of addresses. Whatever is missing or too old is Unknown, never the last known good.
 */
import { normalizeAddress } from './addresses.ts';
import type { ConfigurationSummary, ConfiguredInstance } from './config/questions.ts';
import { findHealthcheck } from './config/questions.ts';
import type {
  BootSetting,
  DaemonProcess,
  HealthcheckResult,
  NetworkReport,
  Observed,
  RuntimeInstance,
  RuntimeReport,
} from './evidence.ts';

/** Everything that was witnessed, each with its age; undefined: not asked yet. */
export interface Evidence {
  daemon: Observed<DaemonProcess> | undefined;
  runtime: Observed<RuntimeReport> | undefined;
  network: Observed<NetworkReport> | undefined;
  configuration: Observed<ConfigurationWitness> | undefined;
  startOnBoot: Observed<BootSetting> | undefined;
  /** By URL. */
  healthchecks: ReadonlyMap<string, Observed<HealthcheckResult>>;
}

/** The live configuration on disk and what is known of the one that the daemon loaded. */
export type ConfigurationWitness =
  | { ok: false; reason: string }
  | {
      ok: true;
      /** SHA-256 of the live file's bytes. */
      tag: string;
      summary: ConfigurationSummary;
      /** undefined: not known (keepalived is stopped, or its start could not be dated). */
      editedSinceLoad: boolean | undefined;
    };

export type StateWord =
  'Active' | 'Standby' | 'Fault' | 'Starting' | 'Stopped' | 'Unknown' | 'Alarm';

export interface Alarm {
  /** Stable, for automation: `master-without-address`, `address-without-daemon`, … */
  code: string;
  severity: 'critical' | 'warning';
  /** A sentence that one can act on. */
  sentence: string;
}

export interface InstanceStatus {
  name: string;
  addresses: { cidr: string; interfaceName: string | undefined; held: boolean | undefined }[];
  healthcheck: { url: string; words: string; good: boolean | undefined } | undefined;
  configurationState: 'MASTER' | 'BACKUP';
  state: StateWord;
  /** Why, for every word that is not self-explaining. */
  reason: string | undefined;
  alarms: Alarm[];
  serving: 'Yes' | 'No' | 'Unknown';
  interfaceName: string | undefined;
  virtualRouterId: number | undefined;
  priority: { configured: number | undefined; effective: number | undefined };
  /** Wall clock, ms. */
  lastTransitionAtMs: number | undefined;
}

export interface KeepalivedStatus {
  daemon: DaemonProcess | { state: 'unknown'; reason: string };
  startOnBoot: BootSetting;
  instances: InstanceStatus[];
  /** Of the machine, not of one instance. */
  alarms: Alarm[];
  configuration: { problem: string | undefined; editedSinceLoad: boolean | undefined };
  /** Age of the oldest fact among those that the states rest upon; undefined: none yet. */
  evidenceAgeMs: number | undefined;
}

/**
 * How long a fact may be believed. The slow re-check runs every 5 s and a dump may take one more,
 * so three missed rounds make a fact too old.
 */
export const evidenceLifetimeMs = 15_000;

/**
 * The status of keepalived on this machine.
 * @param nowMs the monotonic clock, as in `Observed.atMs`
 */
export function judgeStatus(evidence: Evidence, nowMs: number): KeepalivedStatus {
  const daemon = fresh(evidence.daemon, nowMs);
  const network = fresh(evidence.network, nowMs);
  const configuration = fresh(evidence.configuration, nowMs);
  const startOnBoot = evidence.startOnBoot?.value ?? { known: false, reason: 'not asked yet' };
  const summary = configuration?.ok ? configuration.summary : undefined;
  const witnesses: Witnesses = { daemon, runtime: fresh(evidence.runtime, nowMs), network };

  const instances = namesOfInstances(summary, witnesses).map((name) =>
    judgeInstance(
      name,
      summary?.instances.find((instance) => instance.name === name),
      witnesses,
      healthcheckOf(summary, name, evidence, nowMs),
    ),
  );
  return {
    daemon: daemon ?? { state: 'unknown', reason: staleWords(evidence.daemon, nowMs) },
    startOnBoot,
    instances,
    alarms: machineAlarms(daemon, startOnBoot, configuration),
    configuration: {
      problem:
        configuration === undefined
          ? staleWords(evidence.configuration, nowMs)
          : configuration.ok
            ? undefined
            : configuration.reason,
      editedSinceLoad: configuration?.ok ? configuration.editedSinceLoad : undefined,
    },
    evidenceAgeMs: oldestAge([evidence.daemon, evidence.runtime, evidence.network], nowMs),
  };
}

interface Witnesses {
  daemon: DaemonProcess | undefined;
  runtime: RuntimeReport | undefined;
  network: NetworkReport | undefined;
}

function fresh<Value>(fact: Observed<Value> | undefined, nowMs: number): Value | undefined {
  return fact && nowMs - fact.atMs <= evidenceLifetimeMs ? fact.value : undefined;
}

function staleWords(fact: Observed<unknown> | undefined, nowMs: number): string {
  if (!fact) return 'not asked yet';
  return `last seen ${Math.round((nowMs - fact.atMs) / 1000)} s ago, too old to be believed`;
}

function oldestAge(facts: (Observed<unknown> | undefined)[], nowMs: number): number | undefined {
  const times = facts.flatMap((fact) => (fact ? [fact.atMs] : []));
  return times.length === 0 ? undefined : Math.max(0, nowMs - Math.min(...times));
}

/** The file's instances in its order, then those that only the daemon knows. */
function namesOfInstances(
  summary: ConfigurationSummary | undefined,
  { daemon, runtime }: Witnesses,
): string[] {
  const configured = summary?.instances.map((instance) => instance.name) ?? [];
  const running =
    daemon?.state === 'running' && runtime?.ok ? runtime.instances.map(({ name }) => name) : [];
  return [...new Set([...configured, ...running])];
}

function judgeInstance(
  name: string,
  configured: ConfiguredInstance | undefined,
  witnesses: Witnesses,
  healthcheck: InstanceStatus['healthcheck'],
): InstanceStatus {
  const { daemon, runtime } = witnesses;
  const running =
    daemon?.state === 'running' && runtime?.ok
      ? runtime.instances.find((instance) => instance.name === name)
      : undefined;
  const addresses = addressesOf(configured, running).map((address) => ({
    ...address,
    held: isHeld(address, witnesses.network),
  }));
  const verdict = judgeState(running, addresses, witnesses);
  return {
    name,
    addresses,
    healthcheck,
    configurationState: configured?.initialState ?? 'BACKUP',
    ...verdict,
    serving: servingWord(addresses),
    interfaceName: configured?.interfaceName ?? running?.interfaceName,
    virtualRouterId: configured?.virtualRouterId ?? running?.virtualRouterId,
    priority: { configured: configured?.priority, effective: running?.effectivePriority },
    lastTransitionAtMs: running?.lastTransitionAtMs,
  };
}

interface PlacedAddress {
  cidr: string;
  interfaceName: string | undefined;
}
type WitnessedAddress = PlacedAddress & { held: boolean | undefined };

/** What the daemon serves; where it says nothing, what the file asks for. */
function addressesOf(
  configured: ConfiguredInstance | undefined,
  running: RuntimeInstance | undefined,
): PlacedAddress[] {
  if (running) {
    return running.addresses.map(({ cidr, interfaceName }) => ({
      cidr,
      interfaceName: interfaceName ?? running.interfaceName,
    }));
  }
  return (configured?.addresses ?? []).map((address) => ({
    cidr: `${address.address}/${address.prefixLength ?? (address.family === 'inet' ? 32 : 128)}`,
    interfaceName: address.interfaceName ?? configured?.interfaceName,
  }));
}

/** Whether the kernel has the address; on any interface if it is not known which (VMAC). */
function isHeld(address: PlacedAddress, network: NetworkReport | undefined): boolean | undefined {
  if (!network?.ok) return undefined;
  const wanted = normalizeAddress(address.cidr.split('/')[0] ?? '');
  return network.interfaces
    .filter(
      ({ name }) =>
        address.interfaceName === undefined ||
        name === address.interfaceName ||
        name.startsWith('vrrp'),
    )
    .some((link) => link.addresses.some((held) => normalizeAddress(held.address) === wanted));
}

function servingWord(addresses: WitnessedAddress[]): InstanceStatus['serving'] {
  if (addresses.length === 0) return 'No';
  if (addresses.some(({ held }) => held === undefined)) return 'Unknown';
  return addresses.every(({ held }) => held) ? 'Yes' : 'No';
}

type Verdict = Pick<InstanceStatus, 'state' | 'reason' | 'alarms'>;

function judgeState(
  running: RuntimeInstance | undefined,
  addresses: WitnessedAddress[],
  { daemon, runtime, network }: Witnesses,
): Verdict {
  if (!daemon) return unknown('keepalived’s process could not be looked at lately');
  if (!network?.ok) {
    return unknown(`the addresses of this machine are not known${because(network?.reason)}`);
  }
  const held = addresses.filter((address) => address.held);
  if (daemon.state !== 'running') {
    if (held.length > 0) {
      return alarm(
        'address-without-daemon',
        `keepalived is not running, but ${places(held)}. Another server may serve it too. ` +
          'Start keepalived, or remove the address by hand.',
      );
    }
    return plain('Stopped');
  }
  if (daemon.vrrpPid === undefined) {
    return unknown('keepalived runs, but its VRRP process does not (yet)');
  }
  if (!runtime) return unknown('keepalived gave no account of itself lately');
  if (!runtime.ok) return unknown(`keepalived gave no account of itself: ${runtime.reason}`);
  if (!running) {
    return unknown('keepalived runs without this instance: it was not loaded from the file');
  }
  return judgeRunning(running, addresses, held);
}

function judgeRunning(
  running: RuntimeInstance,
  addresses: WitnessedAddress[],
  held: WitnessedAddress[],
): Verdict {
  switch (running.state) {
    case 'MASTER': {
      const missing = addresses.filter((address) => !address.held);
      if (missing.length === 0) return plain('Active');
      return alarm(
        'master-without-address',
        `keepalived says MASTER, but ${missing.map(bare).join(', ')} is not on ` +
          `${missing[0]?.interfaceName ?? 'any interface'}.`,
      );
    }
    case 'BACKUP':
    case 'FAULT':
      if (held.length > 0) {
        return alarm(
          'address-without-master',
          `keepalived says ${running.state}, but ${places(held)}. Two servers may serve it.`,
        );
      }
      return running.state === 'BACKUP'
        ? plain('Standby')
        : {
            state: 'Fault',
            reason: 'its interface is down, or a tracked script, file or process failed',
            alarms: [],
          };
    case 'INIT':
      return { state: 'Starting', reason: 'keepalived has not chosen a state yet', alarms: [] };
    case 'STOP':
    case 'DELETED':
      return unknown(`keepalived says ${running.state}`);
  }
}

const plain = (state: StateWord): Verdict => ({ state, reason: undefined, alarms: [] });
const unknown = (reason: string): Verdict => ({ state: 'Unknown', reason, alarms: [] });
const alarm = (code: string, sentence: string): Verdict => ({
  state: 'Alarm',
  reason: sentence,
  alarms: [{ code, severity: 'critical', sentence }],
});

const bare = ({ cidr }: PlacedAddress): string => cidr.split('/')[0] ?? cidr;
const because = (reason: string | undefined): string => (reason === undefined ? '' : `: ${reason}`);

function places(held: PlacedAddress[]): string {
  const where = held[0]?.interfaceName ?? 'an interface';
  return `${held.map(bare).join(', ')} is still on ${where}`;
}

function machineAlarms(
  daemon: DaemonProcess | undefined,
  startOnBoot: BootSetting,
  configuration: ConfigurationWitness | undefined,
): Alarm[] {
  const alarms: Alarm[] = [];
  const warn = (code: string, sentence: string) =>
    alarms.push({ code, severity: 'warning', sentence });
  if (daemon?.state === 'stopped' && daemon.stalePidFile) {
    const { path, pid, otherProgram } = daemon.stalePidFile;
    warn(
      'stale-pid-file',
      otherProgram === undefined
        ? `${path} names process ${pid}, which does not exist: keepalived ended without cleaning up.`
        : `${path} names process ${pid}, which is ${otherProgram}: keepalived will refuse to start until the file is removed.`,
    );
  }
  if (daemon?.state === 'running' && startOnBoot.known && !startOnBoot.enabled) {
    warn(
      'not-started-on-boot',
      'keepalived is running but will not start at boot: after a restart this server takes no part. See Bootup and Shutdown.',
    );
  }
  if (daemon?.state === 'running' && configuration?.ok && configuration.editedSinceLoad) {
    warn(
      'edited-since-load',
      'The configuration file was edited since keepalived loaded it: what runs is not what the file says. Click Reload keepalived.',
    );
  }
  return alarms;
}

function healthcheckOf(
  summary: ConfigurationSummary | undefined,
  instanceName: string,
  evidence: Evidence,
  nowMs: number,
): InstanceStatus['healthcheck'] {
  const instance = summary?.instances.find(({ name }) => name === instanceName);
  const found = summary && instance ? findHealthcheck(summary, instance) : undefined;
  if (!found) return undefined;
  const seen = evidence.healthchecks.get(found.url);
  const result = fresh(seen, nowMs);
  return {
    url: found.url,
    words: result ? healthcheckWords(result) : `Unknown (${staleWords(seen, nowMs)})`,
    good: result ? result.outcome.kind === 'ok' : undefined,
  };
}

/** What the Healthcheck Status row says. */
export function healthcheckWords({ outcome }: HealthcheckResult): string {
  switch (outcome.kind) {
    case 'ok':
      return 'Connection OK';
    case 'http-error':
      return `HTTP ${outcome.httpStatus}`;
    case 'refused':
      return 'Connection refused';
    case 'timed-out':
      return `Timed out after ${Math.round(outcome.afterMs / 1000)} s`;
    case 'failed':
      return outcome.reason;
  }
}

/** What this server tells the other one of itself, from its own status and evidence. */
import { normalizeAddress } from '../addresses/addresses.ts';
import { findInstanceInterfaces } from '../addresses/instance-interfaces.ts';
import type { InstancePassword } from '../config/passwords.ts';
import type { ConfigurationSummary, ConfiguredInstance } from '../config/summary.ts';
import { getAdvertisedSettings } from '../diagnosis/advertised-settings.ts';
import type { NetworkReport, RuntimeInstance } from '../proof/evidence.ts';
import { readInstanceSettings } from '../settings/instance-settings.ts';
import { settingFields, settingIds } from '../settings/setting-fields.ts';
import type { Alarm } from '../status/alarms/alarm-codes.ts';
import { fresh } from '../status/freshness.ts';
import { findHealthcheckVerdict } from '../status/healthcheck-verdict.ts';
import type { Evidence, InstanceStatus, KeepalivedStatus } from '../status/status-model.ts';
import { isFailing } from '../status/watched-items.ts';
import { reportLimits } from './server-report.ts';
import type { InstanceReport, ServerReport } from './server-report.ts';

export interface DescribedServer {
  status: KeepalivedStatus;
  evidence: Evidence;
  hostName: string;
  programVersion: string | undefined;
  /** Of one moment, on both clocks. */
  nowMs: number;
  wallMs: number;
  /** What is only ever told as a digest; undefined: not known, so that none is told. */
  secrets: SecretsToCompare | undefined;
}

export interface SecretsToCompare {
  passwords: readonly InstancePassword[];
  /** Under a key that this pair alone has: equal values give equal digests, and nothing else follows. */
  digest: (value: string) => string;
}

/** The report of this server: nothing in it that a viewer of its page may not see, but the digests. */
export function describeServer(server: DescribedServer): ServerReport {
  const { status, evidence, nowMs } = server;
  const { daemon, startOnBoot, configuration } = status;
  const file = fresh(evidence.configuration, nowMs, evidence.lifetimeMs);
  const runtime = fresh(evidence.runtime, nowMs, evidence.lifetimeMs);
  const scene: Scene = {
    ...server,
    summary: file?.ok ? file.summary : undefined,
    running: daemon.state === 'running' && runtime?.ok ? runtime.instances : [],
    network: fresh(evidence.network, nowMs, evidence.lifetimeMs),
  };
  return {
    hostName: clip(server.hostName, reportLimits.name),
    programVersion: clipWord(server.programVersion),
    wallMs: server.wallMs,
    evidenceAgeMs: status.evidenceAgeMs,
    keepalived: {
      state: daemon.state,
      version: daemon.state === 'running' ? clipWord(daemon.version) : undefined,
      reason: daemon.state === 'unknown' ? clipSentence(daemon.reason) : undefined,
    },
    startsOnBoot: startOnBoot.known ? startOnBoot.enabled : undefined,
    editedSinceLoad: configuration.editedSinceLoad,
    configurationProblem: clipSentence(configuration.problem),
    alarms: describeAlarms(status.alarms),
    instances: status.instances
      .slice(0, reportLimits.instances)
      .map((instance) => describeInstance(instance, scene)),
  };
}

interface Scene extends DescribedServer {
  summary: ConfigurationSummary | undefined;
  running: readonly RuntimeInstance[];
  network: NetworkReport | undefined;
}

function describeInstance(status: InstanceStatus, scene: Scene): InstanceReport {
  const { name } = status;
  const configured = scene.summary?.instances.find((instance) => instance.name === name);
  const running = scene.running.find((instance) => instance.name === name);
  const verdict = findHealthcheckVerdict(status);
  return {
    name: clip(name, reportLimits.word),
    state: status.state,
    keepalivedState: running?.state,
    reason: clipSentence(status.reason),
    serving: status.serving,
    addresses: status.addresses.slice(0, reportLimits.addresses).map((address) => ({
      cidr: clip(address.cidr, reportLimits.word),
      interfaceName: clipWord(address.interfaceName),
      held: address.held,
    })),
    ...describeWire(status, configured, running, scene),
    priority: status.priority,
    inStateForMs:
      status.lastTransitionAtMs === undefined
        ? undefined
        : Math.max(0, scene.wallMs - status.lastTransitionAtMs),
    isInMaintenance: status.maintenance !== undefined,
    healthcheck:
      status.healthcheck && verdict
        ? {
            url: clip(status.healthcheck.url, reportLimits.sentence),
            words: clip(verdict.words, reportLimits.sentence),
            good: verdict.good,
          }
        : undefined,
    watched: status.watched.slice(0, reportLimits.list).map((item) => ({
      kind: item.kind,
      name: clip(item.name, reportLimits.word),
      good: item.good,
      detail: clip(item.detail, reportLimits.sentence),
      forcesFault: item.forcesFault,
      weight: item.weight,
      isFailing: isFailing(item),
      isLeftOut: item.isRun === false,
    })),
    countsAdvertisements: status.statistics['advert_rcvd'] !== undefined,
    hears: status.servingMaster && {
      ...status.servingMaster,
      address: clipWord(status.servingMaster.address),
    },
    otherMaster: describeOtherMaster(name, scene),
    alarms: describeAlarms(status.alarms),
    settings: configured ? describeSettings(configured, scene) : [],
    secretDigests: describeSecrets(name, scene.secrets),
  };
}

/** What of it meets the other server: where it sends, and what its advertisements say. */
function describeWire(
  { interfaceName, virtualRouterId, addresses }: InstanceStatus,
  configured: ConfiguredInstance | undefined,
  running: RuntimeInstance | undefined,
  { network }: Scene,
) {
  const { base } = findInstanceInterfaces({ configured, running, network });
  const sent = configured && getAdvertisedSettings(configured, running, interfaceName);
  const link = network?.ok ? network.interfaces.find(({ name }) => name === base) : undefined;
  const virtual = new Set(addresses.map(({ cidr }) => cidr));
  const first = sent?.addresses[0] ?? addresses[0]?.cidr;
  const intervalSeconds = running?.advertIntervalSeconds ?? configured?.advertIntervalSeconds;
  return {
    interfaceName: clipWord(base ?? interfaceName),
    interfaceAddresses: (link?.addresses ?? [])
      .map(({ address, prefixLength }) => `${normalizeAddress(address)}/${prefixLength}`)
      .filter((cidr) => !virtual.has(cidr))
      .slice(0, reportLimits.addresses),
    advertised: sent?.addresses.slice(0, reportLimits.addresses),
    virtualRouterId,
    family: first === undefined ? undefined : first.includes(':') ? ('inet6' as const) : 'inet',
    version: running?.version ?? sent?.version,
    advertIntervalMs: intervalSeconds === undefined ? undefined : intervalSeconds * 1_000,
    authentication: sent?.authentication ?? running?.authentication,
    nopreempt: running?.nopreempt ?? configured?.nopreempt,
    preemptDelayMs:
      configured?.preemptDelaySeconds === undefined
        ? undefined
        : configured.preemptDelaySeconds * 1_000,
    unicastPeers: (sent?.unicastPeers ?? []).slice(0, reportLimits.addresses),
  } satisfies Partial<InstanceReport>;
}

function describeOtherMaster(
  name: string,
  { evidence, nowMs }: Scene,
): InstanceReport['otherMaster'] {
  const heard = evidence.log.otherMasters.get(name);
  return (
    heard && {
      address: clipWord(heard.value.address),
      priority: heard.value.priority,
      refusal: clipSentence(heard.value.refusal),
      heardAgoMs: Math.max(0, nowMs - heard.atMs),
    }
  );
}

function describeSettings(
  configured: ConfiguredInstance,
  { summary }: Scene,
): InstanceReport['settings'] {
  if (!summary) return [];
  const values = readInstanceSettings(summary, configured);
  return settingIds.flatMap((field) => {
    const { peer } = settingFields[field];
    if (!peer) return [];
    const value = peer.tell ? peer.tell(values) : String(values[field]);
    return value === undefined ? [] : [{ field, value: clip(value, reportLimits.sentence) }];
  });
}

/** VRRP carries that many bytes of a password; keepalived cuts the rest off. */
const passwordBytes = 8;

function describeSecrets(
  name: string,
  secrets: SecretsToCompare | undefined,
): InstanceReport['secretDigests'] {
  const own = secrets?.passwords.find(({ instanceName }) => instanceName === name);
  if (!secrets || !own) return [];
  const password = Buffer.from(own.password).subarray(0, passwordBytes).toString('hex');
  const keys = [...own.hmacKeys].flatMap(([id, key]) =>
    key ? [{ name: `auth_hmac key ${id}`, value: Buffer.from(key).toString('hex') }] : [],
  );
  return [...(own.password === '' ? [] : [{ name: 'auth_pass', value: password }]), ...keys]
    .slice(0, reportLimits.list)
    .map((secret) => ({
      name: secret.name,
      // Without the instance’s name, which may be another one on the other server.
      digest: secrets.digest(`${secret.name}\n${secret.value}`),
    }));
}

const describeAlarms = (alarms: readonly Alarm[]): ServerReport['alarms'] =>
  alarms.slice(0, reportLimits.list).map(({ code, severity, sentence }) => ({
    ...{ code, severity },
    sentence: clip(sentence, reportLimits.sentence),
  }));

function clip(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}
const clipWord = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : clip(text, reportLimits.word);
const clipSentence = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : clip(text, reportLimits.sentence);

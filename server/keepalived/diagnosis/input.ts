import type { ConfigurationSummary } from '../config/summary.ts';
import type { FirewallReport } from '../firewall/firewall-report.ts';
import type {
  AddressProbe,
  HealthcheckExamination,
  KernelSettings,
  NetworkReport,
  RuntimeReport,
  ScriptRun,
  TrackingReport,
} from '../proof/evidence.ts';
import type { LogLine } from '../runtime/log/log-lines.ts';
import type { ArpMessage, VrrpAdvertisement } from '../wire/decoded-frame.ts';

/** What was captured from when to when; times are wall clock, milliseconds since the epoch. */
export interface CapturedTraffic {
  fromMs: number;
  /** Now, while the capture goes on: a sender without a packet for long before it has stopped. */
  toMs: number;
  /** Where was listened. */
  interfaceNames: readonly string[];
  /** In the order of their times. */
  advertisements: readonly VrrpAdvertisement[];
  /** For the virtual addresses, and for the unicast peers if there are any. */
  arp: readonly ArpMessage[];
}

/** All that the checks rest on; undefined: not asked. */
export interface DiagnosisInput {
  configuration: ConfigurationSummary;
  /** Undefined also when keepalived is not running. */
  runtime: RuntimeReport | undefined;
  /** When it was asked; wall clock, as it is compared with what was heard before. */
  runtimeAtMs: number;
  network: NetworkReport | undefined;
  heard: CapturedTraffic | undefined;
  /** keepalived's lines of the time that is judged, oldest first. */
  log: readonly LogLine[];
  /** How what is tracked fares by keepalived's own account. */
  tracking?: TrackingReport | undefined;
  /** One for each virtual IPv4 address. */
  addressProbes?: readonly AddressProbe[] | undefined;
  /** Wall clock. */
  addressesAskedAtMs?: number | undefined;
  kernelSettings?: readonly KernelSettings[] | undefined;
  /** One for each script whose request can be made from here. */
  healthchecks?: readonly (HealthcheckExamination & { scriptName: string })[] | undefined;
  firewall?: FirewallReport | undefined;
  scriptRuns?: readonly ScriptRun[] | undefined;
  /** By the name of a tracked script: why nobody can run it as it is now, the end of a sentence. */
  scriptObstacles?: ReadonlyMap<string, string> | undefined;
  /** False: the kernel sends keepalived no process events; true: it may; undefined: not known. */
  hasProcessConnector?: boolean | undefined;
}

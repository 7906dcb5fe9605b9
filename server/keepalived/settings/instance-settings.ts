import { findHealthcheck } from '../config/questions.ts';
import type { ConfigurationSummary, ConfiguredInstance } from '../config/questions.ts';
import type { NetworkInterface } from '../proof/evidence.ts';

/** What the settings form asks of one `vrrp_instance` and its healthcheck, as it is typed. */
export interface InstanceSettings {
  /** One entry a line: an address in CIDR form, perhaps with options. */
  virtualAddresses: string;
  interfaceName: string;
  virtualRouterId: string;
  priority: string;
  /** Seconds. */
  advertInterval: string;
  authentication: string;
  /** Never read from a file; empty: as it is. */
  password: string;
  healthcheckUrl: string;
  /** Seconds. */
  healthcheckInterval: string;
  fall: string;
  rise: string;
  nopreempt: boolean;
  /** One address a line. */
  unicastPeers: string;
}

export type SettingsField = keyof InstanceSettings;

export interface SettingsMessage {
  field: SettingsField;
  message: string;
  /** The editor can do what the form cannot. */
  needsEditor?: true;
}

/** What the values must fit. */
export interface SettingsSurroundings {
  /** The instance as it is in the file. */
  instance: ConfiguredInstance;
  current: InstanceSettings;
  /** The other instances of the file. */
  others: readonly ConfiguredInstance[];
  interfaces: readonly NetworkInterface[];
  hasHealthcheck: boolean;
}

/** What a configuration says of an instance, with keepalived's defaults; empty: not known. */
export function readInstanceSettings(
  summary: ConfigurationSummary,
  instance: ConfiguredInstance,
): InstanceSettings {
  const healthcheck = findHealthcheck(summary, instance);
  const script = summary.scripts.find(({ name }) => name === healthcheck?.scriptName);
  return {
    virtualAddresses: instance.addresses
      .filter(({ excluded }) => !excluded)
      .map(({ text }) => text)
      .join('\n'),
    interfaceName: instance.interfaceName ?? '',
    virtualRouterId: String(instance.virtualRouterId ?? ''),
    priority: String(instance.priority ?? ''),
    advertInterval: String(instance.advertIntervalSeconds ?? ''),
    authentication: instance.authentication.type ?? '',
    password: '',
    healthcheckUrl: healthcheck?.url ?? '',
    healthcheckInterval: String(healthcheck?.intervalSeconds ?? ''),
    fall: String(script?.fall ?? ''),
    rise: String(script?.rise ?? ''),
    nopreempt: instance.nopreempt === true,
    unicastPeers: instance.unicastPeers.join('\n'),
  };
}

/** The entries of a list that is typed one a line. */
export function splitEntries(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

const listFields = new Set<SettingsField>(['virtualAddresses', 'unicastPeers']);

/** Whether two values of a field say the same; in a list, line ends and empty lines do not count. */
export function isSameSetting(
  field: SettingsField,
  one: string | boolean | undefined,
  other: string | boolean | undefined,
): boolean {
  if (!listFields.has(field)) return one === other;
  const [lines, otherLines] = [one, other].map((text) => splitEntries(String(text)).join('\n'));
  return lines === otherLines;
}

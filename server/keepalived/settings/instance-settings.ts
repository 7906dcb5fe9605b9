import { findHealthcheck } from '../config/questions.ts';
import type { ConfigurationSummary, ConfiguredInstance } from '../config/questions.ts';
import { splitEntries } from './setting-field.ts';
import type { SettingSurroundings } from './setting-field.ts';
import { mapSettings, settingFields } from './setting-fields.ts';
import type { InstanceSettings, SettingsField } from './setting-fields.ts';

export interface SettingsMessage {
  field: SettingsField;
  message: string;
  /** The editor can do what the form cannot. */
  needsEditor?: true;
}

export interface SettingsSurroundings extends SettingSurroundings<InstanceSettings> {
  hasHealthcheck: boolean;
}

/** What a configuration says of an instance, with keepalived's defaults; empty: not known. */
export function readInstanceSettings(
  summary: ConfigurationSummary,
  instance: ConfiguredInstance,
): InstanceSettings {
  const healthcheck = findHealthcheck(summary, instance);
  const script = summary.scripts.find(({ name }) => name === healthcheck?.scriptName);
  return mapSettings((field) => settingFields[field].read({ instance, script }));
}

/** Whether two values of a field say the same; in a list, line ends and empty lines do not count. */
export function isSameSetting(
  field: SettingsField,
  one: string | boolean | undefined,
  other: string | boolean | undefined,
): boolean {
  if (settingFields[field].control.kind !== 'lines') return one === other;
  const [lines, otherLines] = [one, other].map((text) => splitEntries(String(text)).join('\n'));
  return lines === otherLines;
}

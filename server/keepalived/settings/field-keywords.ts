import type { Finding } from '../config/rules/finding.ts';
import { settingFields, settingIds } from './setting-fields.ts';
import type { SettingsField } from './setting-fields.ts';

/** The field that a finding speaks of, in the form of this instance; undefined: it has none there. */
export function findFieldOf(
  { instance, keyword }: Pick<Finding, 'instance' | 'keyword'>,
  instanceName: string,
): SettingsField | undefined {
  if (instance !== instanceName || keyword === undefined) return undefined;
  return settingIds.find((field) => settingFields[field].keywords.includes(keyword));
}

import { findPasswordChanges } from '../config/password-changes.ts';
import { summarizeConfiguration } from '../config/questions.ts';
import { parseConfiguration } from '../language/tree.ts';
import type { ConfigurationTree } from '../language/tree.ts';
import { isSameSetting, readInstanceSettings } from './instance-settings.ts';
import { settingFields, settingIds } from './setting-fields.ts';
import type { InstanceSettings, SettingsField } from './setting-fields.ts';

/** A setting that somebody else changed while a form was open. */
export interface ChangedSetting {
  field: SettingsField;
  /** It was changed in the form too, to something else: what was typed stays. */
  isDisputed: boolean;
}

/** The file as a form was made from it, and as it is now. */
interface TwoStates {
  instanceName: string;
  baseText: string;
  /** The file now. */
  tree: ConfigurationTree;
  current: InstanceSettings;
}

/**
 * Carries a form over to the file as it is now: what its user changed stays as typed, every other
 * field takes the value of now.
 * @returns what the form says then, and what others changed; undefined: the file that it was made
 * from does not have the instance.
 */
export function rebaseSettings(
  given: Partial<InstanceSettings>,
  { instanceName, baseText, tree, current }: TwoStates,
): { given: Partial<InstanceSettings>; changes: ChangedSetting[] } | undefined {
  const baseTree = parseConfiguration(baseText, tree);
  const summary = summarizeConfiguration(baseTree);
  const instance = summary.instances.find(({ name }) => name === instanceName);
  if (!instance) return undefined;
  const base = readInstanceSettings(summary, instance);
  const isOtherPassword = findPasswordChanges(baseTree, tree);
  const isTyped = (field: SettingsField): boolean =>
    given[field] !== undefined && !isSameSetting(field, given[field], base[field]);
  const isChanged = (field: SettingsField): boolean =>
    settingFields[field].control.kind === 'password'
      ? isOtherPassword.has(instanceName)
      : !isSameSetting(field, base[field], current[field]);
  const isOther = (field: SettingsField): boolean =>
    isTyped(field) && !isSameSetting(field, given[field], current[field]);
  return {
    given: Object.fromEntries(settingIds.filter(isTyped).map((field) => [field, given[field]])),
    changes: settingIds.filter(isChanged).map((field) => ({ field, isDisputed: isOther(field) })),
  };
}

import type { EditResult } from '../config/edit/edits.ts';
import { parseConfiguration } from '../language/tree.ts';
import type { ConfigurationTree } from '../language/tree.ts';
import { isSameSetting } from './instance-settings.ts';
import type { SettingsMessage } from './instance-settings.ts';
import type { SettingsPlace } from './setting-field.ts';
import { mapSettings, settingFields, settingIds } from './setting-fields.ts';
import type { InstanceSettings, SettingsField } from './setting-fields.ts';

/**
 * The file's text with the settings that differ from those it has; every other byte stays. Where
 * a place cannot be edited safely, says so for its field.
 */
export function editInstanceSettings(
  tree: ConfigurationTree,
  place: SettingsPlace,
  current: InstanceSettings,
  wanted: InstanceSettings,
): { text: string; refusals: SettingsMessage[] } {
  let { text } = tree;
  const refusals: SettingsMessage[] = [];
  for (const field of listChanges(place, current, wanted)) {
    const edited = parseConfiguration(text, tree);
    const result = settingFields[field].write({ tree: edited, place, wanted });
    if (result.ok) text = result.text;
    else refusals.push(refusalOf(field, result));
  }
  return { text, refusals };
}

/** The fields that could not be edited in this file, whatever was typed, and why. */
export function findUneditableFields(
  tree: ConfigurationTree,
  place: SettingsPlace,
  current: InstanceSettings,
): SettingsMessage[] {
  const wanted = mapSettings((field) => {
    const [first, second] = settingFields[field].examples;
    return current[field] === first ? second : first;
  });
  return listChanges(place, current, wanted).flatMap((field) => {
    const result = settingFields[field].write({ tree, place, wanted });
    return result.ok ? [] : [refusalOf(field, result)];
  });
}

/** The fields whose edit is needed. */
function listChanges(
  { scriptName }: SettingsPlace,
  current: InstanceSettings,
  wanted: InstanceSettings,
): SettingsField[] {
  const isChanged = (field: SettingsField): boolean =>
    !isSameSetting(field, current[field], wanted[field]);
  return settingIds.filter(isChanged).filter((field) => {
    const { group, writtenWith } = settingFields[field];
    if (group === 'healthcheck' && scriptName === undefined) return false;
    return writtenWith === undefined || !isChanged(writtenWith);
  });
}

const refusalOf = (
  field: SettingsField,
  { reason }: Extract<EditResult, { ok: false }>,
): SettingsMessage => ({ field, message: reason, needsEditor: true });

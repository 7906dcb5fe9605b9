import { clusterFields } from './cluster-fields.ts';
import { healthcheckFields } from './healthcheck-fields.ts';
import type { SettingField } from './setting-field.ts';
import { takeoverFields } from './takeover-fields.ts';

const table = { ...clusterFields, ...healthcheckFields, ...takeoverFields };
type Table = typeof table;

export type SettingsField = keyof Table;
export type HealthcheckField = keyof typeof healthcheckFields;

/** What the settings form asks of one `vrrp_instance` and its healthcheck, as it is typed. */
export type InstanceSettings = {
  [Field in SettingsField]: Table[Field]['control']['kind'] extends 'checkbox' ? boolean : string;
};

/**
 * Every setting that the form edits, in its order. The form, its schema, the rules, the edits and
 * the sentences follow from it.
 */
export const settingFields: Record<SettingsField, SettingField<InstanceSettings>> = table;

export const settingIds = Object.keys(table) as SettingsField[];

/** One value for each field: settings, or what a form asks of them. */
export function mapSettings<Values extends Record<SettingsField, unknown> = InstanceSettings>(
  valueOf: (field: SettingsField) => Values[SettingsField],
): Values {
  // Which field has which type, the rows of the table say.
  return Object.fromEntries(settingIds.map((field) => [field, valueOf(field)])) as Values;
}

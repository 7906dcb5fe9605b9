import { findFieldOf } from '../../../keepalived/settings/field-keywords.ts';
import { settingFields } from '../../../keepalived/settings/setting-fields.ts';
import type { SettingsField } from '../../../keepalived/settings/setting-fields.ts';
import type { FindingItem } from '../../view/change/findings.ts';

/** A finding with the field of the form that it speaks of. */
export interface FieldFinding extends FindingItem {
  /** undefined: the form has no field for it. */
  field: { name: SettingsField; label: string } | undefined;
}

/** @param shown the fields that the form has */
export function linkToFields(
  findings: readonly FindingItem[],
  instanceName: string,
  shown: readonly SettingsField[],
): FieldFinding[] {
  return findings.map((finding) => {
    const name = findFieldOf(finding, instanceName);
    const isShown = name !== undefined && shown.includes(name);
    return { ...finding, field: isShown ? { name, label: settingFields[name].label } : undefined };
  });
}

/** What is said at a field. */
interface FieldMessages {
  name: SettingsField;
  error: string | undefined;
  warning: string | undefined;
  note: string | undefined;
}

/** The field with what the check says of its setting, after what the form itself says. */
export function addFindings<Field extends FieldMessages>(
  field: Field,
  findings: readonly FieldFinding[],
): Field {
  const own = findings.filter((finding) => finding.field?.name === field.name);
  const add = (said: string | undefined, severity: FindingItem['severity']) => {
    const found = own.filter((finding) => finding.severity === severity);
    const messages = [said, ...found.map(({ message }) => message)].filter(Boolean);
    return messages.length === 0 ? undefined : messages.join(' ');
  };
  return {
    ...field,
    error: add(field.error, 'fatal'),
    warning: add(field.warning, 'warning'),
    note: add(field.note, 'info'),
  };
}

import { findFieldOf } from '../../../keepalived/settings/field-keywords.ts';
import { settingFields } from '../../../keepalived/settings/setting-fields.ts';
import type { SettingsField } from '../../../keepalived/settings/setting-fields.ts';
import type { FindingItem } from '../../view/change/findings.ts';

/**
 * Names the field of the form that each finding speaks of, where the form has one.
 * @param shown the fields that the form has
 */
export function linkFindings(
  findings: readonly FindingItem[],
  instanceName: string,
  shown: readonly SettingsField[],
): FindingItem[] {
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
  findings: readonly FindingItem[],
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

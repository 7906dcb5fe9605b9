import type { ChangedSetting } from '../../../keepalived/settings/rebase-settings.ts';
import { splitEntries } from '../../../keepalived/settings/setting-field.ts';
import { settingFields } from '../../../keepalived/settings/setting-fields.ts';
import type { SettingsField } from '../../../keepalived/settings/setting-fields.ts';
import type { InstanceSettingsPlan } from '../../../operations/forms/instance-settings.ts';
import type { Meanwhile } from '../../change-form/change-frame.ts';

type Plan = Extract<InstanceSettingsPlan, { ok: true }>;

/** undefined: the file is the one that the form was made from. */
export function describeMeanwhile(plan: Plan): Meanwhile | undefined {
  const { meanwhile } = plan;
  if (!meanwhile) return undefined;
  if (!meanwhile.isRebased) {
    return {
      sentence:
        'Someone changed the file while this form was open, and the version that the form started from is no longer in the history. Can’t tell your changes from theirs. All fields are as you sent them. Open the settings again to start from the current file, or save yours over it.',
      changes: meanwhile.changes.map(({ field }) => describeDifference(plan, field)),
    };
  }
  const { changes } = meanwhile;
  return {
    sentence:
      changes.length === 0
        ? 'Someone changed the file while this form was open, but none of these settings. Your changes are as you entered them.'
        : 'Someone changed the file while this form was open. Your changes are as you entered them. All other fields show the current file.',
    changes: changes.map((change) => describeChange(plan, change)),
  };
}

function describeChange({ values, current }: Plan, { field, isDisputed }: ChangedSetting): string {
  const { label, control } = settingFields[field];
  const subject = `${label} ${control.kind === 'lines' ? 'were' : 'was'}`;
  if (control.kind === 'password') {
    const end = isDisputed ? '. The one that you entered would replace it' : '';
    return `${subject} changed${end}.`;
  }
  if (control.kind === 'checkbox') {
    return `${subject} switched ${wordsOf(field, current[field])}.`;
  }
  const change = current[field] === '' ? 'emptied' : `changed to ${wordsOf(field, current[field])}`;
  const end = isDisputed ? `. Yours, ${wordsOf(field, values[field])}, would replace it` : '';
  return `${subject} ${change}${end}.`;
}

function describeDifference({ values, current }: Plan, field: SettingsField): string {
  const { label, control } = settingFields[field];
  if (control.kind === 'password') return `${label}: this form sets a different one.`;
  const [now, form] = [current, values].map((settings) => wordsOf(field, settings[field]));
  return `${label}: ${now} in the file now, ${form} in this form.`;
}

/** Of a value within a sentence. */
const longestWords = 200;

function wordsOf(field: SettingsField, value: string | boolean): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  const words =
    settingFields[field].control.kind === 'lines' ? splitEntries(value).join(', ') : value;
  if (words === '') return 'nothing';
  return words.length > longestWords ? `${words.slice(0, longestWords)}…` : words;
}

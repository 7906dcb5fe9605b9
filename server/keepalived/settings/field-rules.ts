import { judgeLength, longestAddress } from '../language/value-lengths.ts';
import { isSameSetting } from './instance-settings.ts';
import type { SettingsMessage, SettingsSurroundings } from './instance-settings.ts';
import { splitEntries } from './setting-field.ts';
import { settingFields, settingIds } from './setting-fields.ts';
import type { InstanceSettings, SettingsField } from './setting-fields.ts';

export interface SettingsVerdict {
  /** What forbids the change, beside its field. */
  problems: SettingsMessage[];
  /** What is allowed, but probably not meant. */
  warnings: SettingsMessage[];
}

/** Judges what was typed, each field for itself; the messages are sentences for the form. */
export function judgeInstanceSettings(
  typed: InstanceSettings,
  surroundings: SettingsSurroundings,
): SettingsVerdict {
  const problems: SettingsMessage[] = findTooLong(typed, surroundings);
  const tooLong = problems.map(({ field }) => field);
  // Nothing is to be compared with what is too long, which takes its time.
  const values = replaceByCurrent(typed, surroundings.current, tooLong);
  for (const field of settingIds) {
    const { judge, group } = settingFields[field];
    if (judge === undefined || tooLong.includes(field)) continue;
    if (group === 'healthcheck' && !surroundings.hasHealthcheck) continue;
    if (String(values[field]).includes('$')) {
      const message = '“$” starts a definition, which only the editor can write.';
      problems.push({ field, message, needsEditor: true });
      continue;
    }
    problems.push(...judge(values, surroundings).map((message) => ({ field, message })));
  }
  const refused = new Set(problems.map(({ field }) => field));
  const doubtful = settingIds.filter((field) => !refused.has(field));
  const warnings = doubtful.flatMap((field) => {
    const doubts = settingFields[field].doubt?.(values, surroundings) ?? [];
    return doubts.map((message) => ({ field, message }));
  });
  return { problems, warnings };
}

/** The values with some fields as they are in the file. */
export function replaceByCurrent(
  values: InstanceSettings,
  current: InstanceSettings,
  fields: readonly SettingsField[],
): InstanceSettings {
  return { ...values, ...Object.fromEntries(fields.map((field) => [field, current[field]])) };
}

/** What stands in the file already may be as long as it is. */
function findTooLong(
  values: InstanceSettings,
  { current }: SettingsSurroundings,
): SettingsMessage[] {
  return settingIds.flatMap((field) => {
    const { control, longest } = settingFields[field];
    const text = String(values[field]);
    const message =
      control.kind === 'lines'
        ? judgeListLength(text)
        : longest === undefined
          ? undefined
          : judgeLength(text, longest);
    return message === undefined || isSameSetting(field, values[field], current[field])
      ? []
      : [{ field, message }];
  });
}

const longestList = 32_768;

function judgeListLength(text: string): string | undefined {
  const whole = judgeLength(text, longestList);
  if (whole !== undefined) return whole;
  const line = splitEntries(text).findIndex((entry) => entry.length > longestAddress);
  return line === -1
    ? undefined
    : `Line ${line + 1} is too long: write at most ${longestAddress} characters in a line.`;
}

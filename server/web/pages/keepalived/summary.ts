import { findWorstAlarm } from '../../../keepalived/status/alarms/urgency.ts';
import type { Alarm } from '../../../keepalived/status/status.ts';
import { alarmLook, warningLook } from './headline.ts';
import type { Headline } from './headline.ts';

/** The page's first sentence: the worst that is true of all instances, and of the machine. */
export type Summary = Pick<Headline, 'tone' | 'shape' | 'word' | 'sentence' | 'told'>;

const longestList = 3;

/**
 * What is said of several instances at once; undefined: there is nothing to speak of.
 * @param headlines one for each instance, the worst first
 */
export function describeSummary(
  headlines: readonly Headline[],
  machineAlarms: readonly Alarm[],
): Summary | undefined {
  const alarm = findWorstAlarm(machineAlarms);
  const needy = headlines.filter(needsAttention);
  const lead = needy[0] ?? headlines.find(({ word }) => word === 'Active') ?? headlines[0];
  if (alarm?.severity === 'critical') {
    return { ...alarmLook, word: 'Alarm', sentence: alarm.sentence, told: alarm };
  }
  if (!lead) return undefined;
  const { tone, shape, word } = lead;
  const counted = countWords(headlines.filter((headline) => !needsAttention(headline)));
  if (needy.length > 0) {
    const names =
      needy.length === 1
        ? `${lead.instanceName}${lead.because}`
        : listNames(needy.map(({ instanceName }) => instanceName));
    const verb = needy.length === 1 ? 'needs' : 'need';
    const others = counted === '' ? '' : ` The others: ${counted}.`;
    const sentence = `${needy.length} of ${headlines.length} instances ${verb} attention: ${names}.${others}`;
    return { tone, shape, word, sentence, told: undefined };
  }
  const all = `${headlines.length} instances: ${counted}.`;
  if (alarm) return { ...warningLook, word, sentence: `${all} ${alarm.sentence}`, told: alarm };
  return { tone, shape, word, sentence: all, told: undefined };
}

/** Whether somebody must look: only calm and green are well. */
export function needsAttention({ tone }: Pick<Headline, 'tone'>): boolean {
  return tone === 'bad' || tone === 'warn';
}

/** `20 Active, 9 Standby`. */
export function countWords(headlines: readonly Headline[]): string {
  const counts = new Map<string, number>();
  for (const { word } of headlines) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, count]) => `${count} ${word}`).join(', ');
}

function listNames(names: string[]): string {
  const rest = names.length - longestList;
  const listed = names.slice(0, longestList).join(', ');
  return rest > 0 ? `${listed} and ${rest} more` : listed;
}

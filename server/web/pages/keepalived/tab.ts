import type { KeepalivedStatus, StateWord } from '../../../keepalived/status.ts';
import { lookOf } from './headline.ts';

/** What the browser's tab shows, also while another tab is in front. */
export interface Tab {
  title: string;
  /** Path of the icon. */
  icon: string;
}

/** What most needs to be known comes first. */
const urgency: StateWord[] = [
  'Alarm',
  'Fault',
  'Unknown',
  'Starting',
  'Stopped',
  'Active',
  'Standby',
];

/** The tab's title and icon carry the most urgent state of all instances. */
export function describeTab({ instances, alarms }: KeepalivedStatus, hostName: string): Tab {
  const all = [...alarms, ...instances.flatMap((instance) => instance.alarms)];
  const states = new Set(instances.map(({ state }) => state));
  if (all.some(({ severity }) => severity === 'critical')) states.add('Alarm');
  const state = urgency.find((word) => states.has(word));
  const page = `${hostName} - Keepalived`;
  if (state === undefined) return { title: page, icon: '/public/icons/favicon.svg' };
  return {
    title: `${lookOf(state).shape} ${state} - ${page}`,
    icon: `/public/icons/state-${state.toLowerCase()}.svg`,
  };
}

import type { PairSummary } from '../../../keepalived/pair/pair-summary.ts';
import { gradeInstance, urgencies } from '../../../keepalived/status/alarms/urgency.ts';
import type { Alarm, InstanceStatus, KeepalivedStatus } from '../../../keepalived/status/status.ts';
import type { Snapshot } from '../../../state/state-keeper.ts';
import { describePairSection } from '../../view/pair/pair-view.ts';
import type { PairSection } from '../../view/pair/pair-view.ts';
import { describeElapsed, describeZone } from '../../view/time-words.ts';
import type { Elapsed, Zone } from '../../view/time-words.ts';
import { describeActions } from './actions.ts';
import type { PageAction } from './actions.ts';
import { announceAlarm, announceInstance } from './announcements.ts';
import { getShownAlarms, describeFound, describeHeadline } from './headline.ts';
import type { Headline } from './headline.ts';
import { describeInstanceList, maxShownInFull } from './instance-list.ts';
import type { InstanceList } from './instance-list.ts';
import { describeTable } from './status-table.ts';
import type { StatusTable } from './status-table.ts';
import { describeSummary } from './summary.ts';
import type { Summary } from './summary.ts';
import { describeTab } from './tab.ts';
import type { Tab } from './tab.ts';
import { describeWatching } from './watching.ts';
import type { WatchedSection } from './watching.ts';

export interface KeepalivedModel {
  tab: Tab;
  /** When this was described, by the server's clock; the browser counts on from it. */
  nowMs: number;
  zone: Zone;
  /** Both servers; undefined: this one is not paired. */
  pair: PairSection | undefined;
  headlines: (Headline & Announced)[];
  /** What is said of several instances at once, before all else. */
  summary: Summary | undefined;
  /** In place of headlines and tables, where there are many instances. */
  list: InstanceList<Headline & Announced> | undefined;
  /** What to do when there is no instance to speak of. */
  guidance: { title: string; steps: string[] } | undefined;
  alarms: (Alarm & Announced & { found: Elapsed | undefined })[];
  tables: StatusTable[];
  /** How old the oldest fact is that the page rests on; undefined: nothing was checked yet. */
  age: Elapsed | undefined;
  watching: WatchedSection[];
  actions: PageAction[];
}

export interface Announced {
  /** What is said aloud when it is new. */
  announcement: string;
  /** Of the alarm that a headline tells beside its state. */
  toldAnnouncement?: string | undefined;
}

/** What the status page says, from one snapshot; asks nothing of the machine. */
export function describeKeepalived(
  { status, wallMs, hostName }: Pick<Snapshot, 'status' | 'wallMs' | 'hostName'>,
  pair?: PairSummary,
): KeepalivedModel {
  const { instances, alarms, evidenceAgeMs } = status;
  const [only] = instances.length === 1 ? instances : [];
  const headlines = sortByUrgency(instances).map((instance) =>
    announceHeadline(
      instance,
      describeHeadline(instance, getShownAlarms(status), wallMs),
      hostName,
    ),
  );
  const summary = only ? headlines[0] : describeSummary(headlines, alarms);
  const isMany = instances.length > maxShownInFull;
  const told = [...headlines.map((headline) => headline.told), summary?.told];
  return {
    tab: describeTab(summary, hostName),
    nowMs: wallMs,
    zone: describeZone(wallMs),
    pair: describePairSection(pair, wallMs),
    summary: only ? undefined : summary,
    headlines: isMany ? [] : headlines,
    list: isMany ? describeInstanceList(status, headlines, wallMs) : undefined,
    guidance: findGuidance(status),
    alarms: alarmsBeside(
      isMany ? alarms : [...instances.flatMap((one) => one.alarms), ...alarms],
      told,
    ).map((alarm) => ({
      ...alarm,
      found: describeFound(alarm, wallMs),
      announcement: announceAlarm(alarm, hostName),
    })),
    tables: isMany
      ? []
      : (instances.length === 0 ? [undefined] : instances).map((instance) =>
          describeTable(status, instance, wallMs),
        ),
    age: evidenceAgeMs === undefined ? undefined : describeElapsed(wallMs - evidenceAgeMs, wallMs),
    watching: isMany ? [] : describeWatching(instances, wallMs),
    actions: describeActions(status, pair),
  };
}

/** The worst first; among equals in the order of the file. */
function sortByUrgency(instances: readonly InstanceStatus[]): InstanceStatus[] {
  const ranks = new Map(
    instances.map((instance) => [instance, urgencies.indexOf(gradeInstance(instance))]),
  );
  return instances.toSorted((one, other) => (ranks.get(one) ?? 0) - (ranks.get(other) ?? 0));
}

function announceHeadline(
  instance: InstanceStatus,
  headline: Headline,
  hostName: string,
): Headline & Announced {
  const { told } = headline;
  const isSaid = told === undefined || told.sentence === instance.reason;
  return {
    ...headline,
    announcement: announceInstance(instance, hostName),
    toldAnnouncement: isSaid ? undefined : announceAlarm(told, hostName),
  };
}

/** The alarms that no headline says, the critical ones first. */
function alarmsBeside(alarms: readonly Alarm[], said: readonly (Alarm | undefined)[]): Alarm[] {
  return alarms
    .filter((alarm) => !said.includes(alarm))
    .toSorted((one, other) => rank(one) - rank(other));
}

const rank = ({ severity }: Alarm): number => (severity === 'critical' ? 0 : 1);

function findGuidance({
  daemon,
  instances,
  configuration,
}: KeepalivedStatus): KeepalivedModel['guidance'] {
  if (daemon.state === 'not-installed') {
    return {
      title: 'keepalived is not installed on this server.',
      steps: [
        'Install it with the system’s package manager, for example: apt-get install keepalived.',
        'Then reload this page.',
      ],
    };
  }
  if (instances.length > 0) return undefined;
  return {
    title:
      configuration.problem === undefined
        ? 'No VRRP instance is configured: this server does not serve a virtual IP.'
        : `No VRRP instance is known: ${configuration.problem}`,
    steps: [
      'On the first server, click Set Default Master; on the second, Set Default Backup.',
      'Give both the same Virtual IP: an unused address of their network, such as 192.168.0.100/24.',
      'Click Start keepalived on both.',
    ],
  };
}

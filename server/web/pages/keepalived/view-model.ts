import type { Alarm, KeepalivedStatus } from '../../../keepalived/status.ts';
import type { Snapshot } from '../../../state-keeper.ts';
import { describeElapsed } from '../../view/time-words.ts';
import type { Elapsed } from '../../view/time-words.ts';
import { describeActions } from './actions.ts';
import type { PageAction } from './actions.ts';
import { announceAlarm, announceInstance } from './announcements.ts';
import { describeHeadline } from './headline.ts';
import type { Headline } from './headline.ts';
import { describeTable } from './status-table.ts';
import type { StatusTable } from './status-table.ts';
import { describeTab } from './tab.ts';
import type { Tab } from './tab.ts';
import { describeWatching } from './watching.ts';
import type { WatchedSection } from './watching.ts';

export interface KeepalivedModel {
  tab: Tab;
  /** When this was described, by the server's clock; the browser counts on from it. */
  nowMs: number;
  headlines: (Headline & Announced)[];
  /** What to do when there is no instance to speak of. */
  guidance: { title: string; steps: string[] } | undefined;
  alarms: (Alarm & Announced)[];
  tables: StatusTable[];
  /** How old the oldest fact is that the page rests upon; undefined: nothing was checked yet. */
  age: Elapsed | undefined;
  watching: WatchedSection[];
  actions: PageAction[];
}

interface Announced {
  /** What is said aloud when it is new. */
  announcement: string;
}

/** What the status page says, from one snapshot; asks nothing of the machine. */
export function describeKeepalived({
  status,
  wallMs,
  hostName,
}: Pick<Snapshot, 'status' | 'wallMs' | 'hostName'>): KeepalivedModel {
  const { instances, evidenceAgeMs } = status;
  return {
    tab: describeTab(status, hostName),
    nowMs: wallMs,
    headlines: instances.map((instance) => ({
      ...describeHeadline(instance, wallMs),
      announcement: announceInstance(instance, hostName),
    })),
    guidance: findGuidance(status),
    alarms: alarmsBeside(status).map((alarm) => ({
      ...alarm,
      announcement: announceAlarm(alarm, hostName),
    })),
    tables: (instances.length === 0 ? [undefined] : instances).map((instance) =>
      describeTable(status, instance, wallMs),
    ),
    age: evidenceAgeMs === undefined ? undefined : describeElapsed(wallMs - evidenceAgeMs, wallMs),
    watching: describeWatching(status, wallMs),
    actions: describeActions(status),
  };
}

/** All alarms but those that are an instance's headline already, the critical ones first. */
function alarmsBeside({ alarms, instances }: KeepalivedStatus): Alarm[] {
  const said = new Set(instances.map(({ reason }) => reason));
  const ofInstances = instances.flatMap((instance) => instance.alarms);
  const all = [...ofInstances, ...alarms].filter(({ sentence }) => !said.has(sentence));
  return all.toSorted((one, other) => rank(one) - rank(other));
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

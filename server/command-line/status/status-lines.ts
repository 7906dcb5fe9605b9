import type { Alarm, InstanceStatus, KeepalivedStatus } from '../../keepalived/status/status.ts';
import type { Snapshot } from '../../state/state-keeper.ts';
import { describeHeadline } from '../../web/pages/keepalived/headline.ts';
import type { Headline } from '../../web/pages/keepalived/headline.ts';
import { formatDuration } from '../../web/view/time-words.ts';
import { statusExit } from '../subcommands.ts';

type Seen = Pick<Snapshot, 'status' | 'hostName' | 'wallMs'>;

/** What `status` prints: a line for each virtual IP, then the alarms that no line has said. */
export function formatStatus({ status, hostName, wallMs }: Seen): string {
  const rows = status.instances.flatMap((instance) => {
    const headline = describeHeadline(instance, [], wallMs);
    const age = describeAge(status.evidenceAgeMs);
    const row = (cidr: string, detail: string) => [cidr, instance.name, headline.word, detail];
    return instance.addresses.length === 0
      ? [row('no virtual IP', describeOther(headline))]
      : instance.addresses.map((address) =>
          row(address.cidr, describePlace({ headline, address, hostName, age })),
        );
  });
  const lines = [
    ...(rows.length === 0 ? [describeNothing(status, hostName)] : alignColumns(rows)),
    ...status.instances.flatMap((instance) =>
      instance.alarms
        .filter(({ sentence }) => sentence !== describeHeadline(instance, [], wallMs).sentence)
        .map((alarm) => formatAlarm(alarm, `${instance.name}: `)),
    ),
    ...status.alarms.map((alarm) => formatAlarm(alarm, '')),
  ];
  // A sentence may quote the log, and so whoever wrote there.
  return lines.map((line) => `${line.replaceAll(/\p{Cc}/gu, '?')}\n`).join('');
}

/** The exit status: the most urgent that is true. */
export function gradeStatus({
  daemon,
  instances,
  alarms,
  configuration,
}: KeepalivedStatus): number {
  const states = new Set(instances.map(({ state }) => state));
  const raised = [...alarms, ...instances.flatMap((instance) => instance.alarms)];
  const isCritical = raised.some(({ severity }) => severity === 'critical');
  if (states.has('Alarm') || states.has('Fault') || isCritical) return statusExit.alarm;
  if (daemon.state === 'unknown' || states.has('Unknown') || states.has('Starting')) {
    return statusExit.unknown;
  }
  if (instances.length === 0) {
    const isUnread = daemon.state === 'running' && configuration.problem !== undefined;
    return isUnread ? statusExit.unknown : statusExit.stopped;
  }
  return states.has('Stopped') ? statusExit.stopped : statusExit.served;
}

interface Place {
  headline: Headline;
  address: InstanceStatus['addresses'][number];
  hostName: string;
  age: string;
}

/** Who has the address, and what proves it. */
function describePlace({ headline, address, hostName, age }: Place): string {
  const { elapsed, master } = headline;
  const lasting = elapsed ? `, for ${elapsed.words}` : '';
  switch (headline.word) {
    case 'Active':
      return `${hostName} has it on ${address.interfaceName ?? 'an interface'}${lasting} (keepalived says MASTER, the kernel has the address; ${age})`;
    case 'Standby': {
      const heard = master?.elapsed ? ` ${master.elapsed.words}` : '';
      const who = master ? `${master.words}${heard}` : 'who has it is not known';
      return `${who}; ${hostName} is ready to take over${lasting} (keepalived says BACKUP, the kernel does not have the address; ${age})${headline.because}`;
    }
    case 'Fault':
    case 'Starting':
    case 'Stopped':
    case 'Unknown':
    case 'Alarm':
    case 'Maintenance':
      return describeOther(headline);
  }
}

/** As the page says it. */
function describeOther({ sentence, elapsed, because }: Headline): string {
  return `${sentence}${elapsed ? ` for ${elapsed.words}` : ''}${because}`;
}

const describeAge = (ageMs: number | undefined): string =>
  ageMs === undefined ? 'not checked' : `checked ${formatDuration(ageMs)} ago`;

function describeNothing({ daemon, configuration }: KeepalivedStatus, hostName: string): string {
  switch (daemon.state) {
    case 'not-installed':
      return `keepalived is not installed on ${hostName}: it serves no virtual IP.`;
    case 'unknown':
      return `Can’t tell whether keepalived is running on ${hostName}: ${daemon.reason}.`;
    case 'running':
    case 'stopped': {
      const what = `keepalived is ${daemon.state} on ${hostName}`;
      return configuration.problem === undefined
        ? `${what}, and no VRRP instance is configured: it serves no virtual IP.`
        : `${what}. Can’t tell which virtual IPs it has: ${configuration.problem}`;
    }
  }
}

const formatAlarm = ({ severity, sentence }: Alarm, whose: string): string =>
  `${severity === 'critical' ? 'Alarm' : 'Warning'}: ${whose}${sentence}`;

/** The last column is as long as it is. */
function alignColumns(rows: readonly string[][]): string[] {
  const widths = [0, 1, 2].map((column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
}

import { bareAddress } from '../../../keepalived/addresses/addresses.ts';
import type { PairSummary } from '../../../keepalived/pair/pair-summary.ts';
import type { InstanceStatus, KeepalivedStatus } from '../../../keepalived/status/status.ts';
import { describeMoveToBackup } from '../../view/moving-addresses.ts';
import { nameAddresses } from './headline.ts';

/** A button and one line that says what will happen, naming the address. */
export interface PageAction {
  id: string;
  label: string;
  method: 'get' | 'post';
  path: string;
  explanation: string;
  /** What is said while it is being done. */
  busy?: string;
  /** What is sent beside the button. */
  fields?: Record<string, string>;
  emphasis: 'primary' | 'danger' | 'plain';
  /** Whether it only looks: what a viewer may do, too. */
  looksOnly?: true;
}

/** The buttons of the page in their order; "Edit Config Files" is the last. */
export function describeActions(status: KeepalivedStatus, pair?: PairSummary): PageAction[] {
  return [
    ...describeDrillEnds(status),
    {
      id: 'default-master',
      label: 'Set Default Master',
      method: 'get',
      path: '/keepalived/default-master',
      explanation:
        'Replaces the whole configuration with the master default. You see the change first.',
      emphasis: 'plain',
    },
    {
      id: 'default-backup',
      label: 'Set Default Backup',
      method: 'get',
      path: '/keepalived/default-backup',
      explanation:
        'Replaces the whole configuration with the backup default. You see the change first.',
      emphasis: 'plain',
    },
    {
      id: 'start',
      label: 'Start keepalived',
      method: 'post',
      path: '/keepalived/start',
      explanation: explainStart(status),
      busy: 'keepalived is starting. This takes up to a minute if a name server does not answer.',
      emphasis: isReadyToStart(status) ? 'primary' : 'plain',
    },
    {
      id: 'stop',
      label: 'Stop keepalived',
      method: 'post',
      path: '/keepalived/stop',
      explanation: explainStop(status, pair),
      busy: 'keepalived is stopping. This takes a few seconds.',
      emphasis: 'danger',
    },
    {
      id: 'reload',
      label: 'Reload keepalived',
      method: 'post',
      path: '/keepalived/reload',
      explanation: explainReload(status),
      busy: 'keepalived is testing the configuration, then it loads it and the result is checked. This takes up to a minute if a name server does not answer.',
      emphasis: 'plain',
    },
    {
      id: 'log',
      label: 'View Log',
      method: 'get',
      path: '/logs',
      explanation: 'keepalived’s messages, newest first.',
      emphasis: 'plain',
      looksOnly: true,
    },
    {
      id: 'drill',
      label: 'Failover drill',
      method: 'get',
      path: '/drill',
      explanation:
        'Moves the virtual IP on purpose, or starts maintenance. You see first what will happen.',
      emphasis: 'plain',
    },
    {
      id: 'settings',
      label: 'Settings',
      method: 'get',
      path: '/keepalived/settings',
      explanation:
        'Edit virtual IPs, priority and healthcheck in a form. You see the change before it is saved.',
      emphasis: 'plain',
    },
    {
      id: 'edit',
      label: 'Edit Config Files',
      method: 'get',
      path: '/keepalived/edit',
      explanation:
        'Each file is checked before it is saved. If keepalived fails with it, the previous version is restored.',
      emphasis: 'plain',
    },
  ];
}

/** First of all, for until then this server is no help, or less. */
function describeDrillEnds({ instances }: KeepalivedStatus): PageAction[] {
  const ends = instances.flatMap((instance) => {
    const addresses = nameAddresses(instance);
    const mayTake = `takes ${addresses} back if its priority is the highest`;
    if (instance.maintenance) {
      const explanation = `This server can serve ${addresses} again, and ${mayTake}.`;
      return [{ name: instance.maintenance.instanceName, label: 'End maintenance', explanation }];
    }
    const isLowered = instance.alarms.some(({ code }) => code === 'priority-lowered');
    const explanation = `This server has its normal priority again, and ${mayTake}.`;
    return isLowered ? [{ name: instance.name, label: 'Back to normal', explanation }] : [];
  });
  const first = ends.filter(({ name }, index) => ends.findIndex((e) => e.name === name) === index);
  return first.map(({ name, label, explanation }, index) => ({
    id: `end-drill-${index + 1}`,
    label: instances.length > 1 ? `${label}: ${name}` : label,
    method: 'post',
    path: '/drill',
    fields: { instance: name, action: 'end' },
    explanation,
    emphasis: 'primary',
  }));
}

const longestList = 3;

/** The addresses of these instances in a few words, however many there are. */
function nameAll(instances: InstanceStatus[]): string | undefined {
  const names = instances.filter(({ addresses }) => addresses.length > 0).map(nameAddresses);
  if (names.length === 0) return undefined;
  const rest = names.length - longestList;
  const listed = names.slice(0, longestList).join(', ');
  return rest > 0 ? `${listed} and those of ${rest} more instances` : listed;
}

function isReadyToStart({ daemon, instances }: KeepalivedStatus): boolean {
  return daemon.state === 'stopped' && instances.length > 0;
}

function explainStart(status: KeepalivedStatus): string {
  const addresses = nameAll(status.instances);
  if (status.daemon.state === 'running') return 'keepalived is already running.';
  if (addresses === undefined)
    return 'Nothing is configured. Use Set Default Master or Set Default Backup first.';
  const masters = status.instances.some(
    ({ configurationState }) => configurationState === 'MASTER',
  );
  return masters
    ? `This server takes over ${addresses}, unless a server with a higher priority serves it.`
    : `This server stands by for ${addresses}, and serves it if no other server does.`;
}

function explainStop(status: KeepalivedStatus, pair: PairSummary | undefined): string {
  if (status.daemon.state === 'stopped') return 'keepalived is already stopped.';
  const addresses = nameAll(status.instances);
  if (addresses === undefined) return 'No virtual IP is configured, so none moves.';
  const serving = status.instances.filter((instance) => instance.serving !== 'No');
  const served = nameAll(serving);
  const held = serving.flatMap((instance) =>
    instance.addresses.map(({ cidr }) => bareAddress(cidr)),
  );
  return served === undefined
    ? `This server can no longer take over ${addresses}.`
    : describeMoveToBackup(served, [...new Set(held)], pair);
}

function explainReload(status: KeepalivedStatus): string {
  if (status.daemon.state === 'stopped')
    return 'keepalived is stopped. It reads its file when it starts.';
  return 'Checks the file, then loads it without a restart. Instances that did not change keep serving.';
}

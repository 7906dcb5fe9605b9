import { placeholderVirtualAddress } from '../../../keepalived/config/default-configurations.ts';
import { findHealthcheckVerdict } from '../../../keepalived/status/healthcheck-verdict.ts';
import { describeServingMaster } from '../../../keepalived/status/masters/serving-master.ts';
import type { Alarm, InstanceStatus, KeepalivedStatus } from '../../../keepalived/status/status.ts';
import { describeMoment } from '../../view/time-words.ts';
import type { Moment } from '../../view/time-words.ts';
import type { Tone } from '../../view/tone.ts';
import { getShownAlarms, getTone } from './headline.ts';

/** One row of the keepalived Status table. */
export interface StatusRow {
  label: string;
  /** The cell's lines; the first begins with the row's exact word. */
  values: string[];
  tone?: Tone;
  /** The moment that the cell is about, after its words. */
  moment?: Moment;
  /** More about it, less loud. */
  note?: string;
}

export interface StatusTable {
  /** undefined: nothing is configured; the table shows what is known of the process. */
  instanceName: string | undefined;
  rows: StatusRow[];
}

const notConfigured = 'not configured';
/** A part of the file that may say it cannot be read. */
const notKnown = 'not known';

/**
 * The keepalived Status table of one instance; without an instance, what is known of the process.
 * @param wallMs now, milliseconds since the epoch
 */
export function describeTable(
  status: KeepalivedStatus,
  instance: InstanceStatus | undefined,
  wallMs: number,
): StatusTable {
  const difference = instance?.fileDifference;
  const isGone = difference?.kind === 'missing';
  const inFile = difference?.kind === 'differs' ? difference : undefined;
  return {
    instanceName: instance?.name,
    rows: [
      {
        label: 'Virtual IP',
        values: filled(
          instance?.addresses.map(({ cidr }) => cidr),
          missingWord(instance),
        ),
        ...(inFile?.addresses
          ? noteOf(inFile.addresses.join(', ') || 'none')
          : noteAddresses(instance)),
      },
      ...healthcheckRows(instance),
      {
        label: 'Configuration State',
        values: [
          instance?.configurationState ?? (isGone ? 'not in the file' : missingWord(instance)),
        ],
      },
      currentStateRow(instance, getShownAlarms(status)),
      { label: 'Serving on Virtual IP', values: [instance?.serving ?? notConfigured] },
      processRow(status, wallMs),
      { label: 'Start On Boot', values: [startOnBootWords(status)] },
      {
        label: 'Interface',
        values: [instance?.interfaceName ?? missingWord(instance)],
        ...noteOf(inFile?.interfaceName),
      },
      {
        label: 'Virtual Router ID',
        values: [String(instance?.virtualRouterId ?? missingWord(instance))],
        ...noteOf(inFile?.virtualRouterId),
      },
      {
        label: 'Priority',
        values: [priorityWords(instance)],
        ...noteOf(inFile?.priority),
      },
      lastTransitionRow(instance, wallMs),
    ],
  };
}

/** What the file has in place of the value that runs. */
function noteOf(value: string | number | undefined): Pick<StatusRow, 'note'> {
  return value === undefined ? {} : { note: `the file says ${value}` };
}

/** What is odd about the addresses themselves. */
function noteAddresses(instance: InstanceStatus | undefined): Pick<StatusRow, 'note'> {
  const addresses = instance?.addresses ?? [];
  const isPlaceholder = addresses.some(({ cidr }) => cidr === placeholderVirtualAddress);
  if (isPlaceholder) return { note: 'the example address: change it before you start' };
  const onLoopback = addresses.some(({ interfaceName }) => interfaceName === 'lo');
  return onLoopback ? { note: 'on lo: other machines reach it only while arp_ignore is 0' } : {};
}

/** What is said of a value that was not found. */
function missingWord(instance: InstanceStatus | undefined): string {
  return instance?.hasUnreadParts === true ? notKnown : notConfigured;
}

function filled(values: string[] | undefined, missing: string): string[] {
  return values === undefined || values.length === 0 ? [missing] : values;
}

function healthcheckRows(instance: InstanceStatus | undefined): StatusRow[] {
  const verdict = instance && findHealthcheckVerdict(instance);
  const status: StatusRow = {
    label: 'Healthcheck Status',
    values: [verdict?.words ?? missingWord(instance)],
  };
  if (verdict) {
    const { good, ownRequest } = verdict;
    status.tone = good === undefined ? 'warn' : good ? 'good' : 'bad';
    if (ownRequest !== undefined) {
      status.note = ownRequest;
      if (good === true) status.tone = 'warn';
    }
  }
  const url = instance?.healthcheck?.url ?? missingWord(instance);
  return [{ label: 'Healthcheck URL', values: [url] }, status];
}

function currentStateRow(
  instance: InstanceStatus | undefined,
  machineAlarms: readonly Alarm[],
): StatusRow {
  const row: StatusRow = { label: 'Current State', values: [notConfigured] };
  if (!instance) return row;
  const { state, reason } = instance;
  row.values = [state === 'Alarm' ? (reason ?? 'Alarm') : state];
  row.tone = getTone(instance, machineAlarms);
  const master = instance.servingMaster && describeServingMaster(instance.servingMaster);
  const notes = [master, state === 'Alarm' ? undefined : reason];
  const note = notes.filter((words) => words !== undefined).join('; ');
  if (note !== '') row.note = note;
  return row;
}

function processRow({ daemon }: KeepalivedStatus, wallMs: number): StatusRow {
  const row = { label: 'keepalived process' };
  switch (daemon.state) {
    case 'running':
      return {
        ...row,
        values: [`Running, pid ${daemon.pid}, since`],
        moment: describeMoment(daemon.startedAtMs, wallMs),
      };
    case 'stopped':
      return { ...row, values: ['Stopped'] };
    case 'not-installed':
      return { ...row, values: ['Not installed'] };
    case 'unknown':
      return { ...row, values: ['Unknown'], note: daemon.reason };
  }
}

function startOnBootWords({ startOnBoot }: KeepalivedStatus): string {
  if (!startOnBoot.known) return `Unknown (${startOnBoot.reason})`;
  return startOnBoot.enabled ? 'Yes' : 'No';
}

function priorityWords(instance: InstanceStatus | undefined): string {
  if (!instance) return notConfigured;
  const { configured, effective } = instance.priority;
  const configuredWords =
    configured === undefined ? `configured ${notKnown}` : `${configured} configured`;
  return effective === undefined ? configuredWords : `${configuredWords}, ${effective} effective`;
}

function lastTransitionRow(instance: InstanceStatus | undefined, wallMs: number): StatusRow {
  const label = 'Last transition';
  const atMs = instance?.lastTransitionAtMs;
  if (atMs === undefined) return { label, values: [instance ? 'none known' : notConfigured] };
  return { label, values: [], moment: describeMoment(atMs, wallMs) };
}

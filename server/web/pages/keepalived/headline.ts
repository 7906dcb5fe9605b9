import { bareAddress } from '../../../keepalived/addresses/addresses.ts';
import { findWorstAlarm, gradeInstance } from '../../../keepalived/status/alarms/urgency.ts';
import { describeServingMaster } from '../../../keepalived/status/masters/serving-master.ts';
import { isPlannedFault } from '../../../keepalived/status/status.ts';
import type {
  Alarm,
  InstanceStatus,
  KeepalivedStatus,
  StateWord,
} from '../../../keepalived/status/status.ts';
import { describeClockTime, describeElapsed } from '../../view/time-words.ts';
import type { Elapsed } from '../../view/time-words.ts';
import type { Tone } from '../../view/tone.ts';

/** One sentence that says the worst that is true of an instance, readable in a second. */
export interface Headline {
  tone: Tone;
  /** A shape of its own for each meaning: colour is never the only signal. */
  shape: string;
  word: StateWord | 'Maintenance';
  sentence: string;
  /** How long it has been so, where the sentence says it. */
  elapsed: Elapsed | undefined;
  /** After the sentence; empty where the word says it all. */
  because: string;
  /** Of a standby that hears a master: who serves, and when it was last heard; before `because`. */
  master: { words: string; elapsed: Elapsed | undefined } | undefined;
  /** The alarm that is a part of it, and is not said again below. */
  told: Alarm | undefined;
  /** How long ago Debug found what it says; undefined: it is seen all the time. */
  found: Elapsed | undefined;
  instanceName: string;
}

type Look = Pick<Headline, 'tone' | 'shape'>;

const looks: Record<StateWord, Look> = {
  Active: { tone: 'good', shape: '●' },
  Standby: { tone: 'calm', shape: '○' },
  Starting: { tone: 'warn', shape: '◌' },
  Stopped: { tone: 'mute', shape: '■' },
  Unknown: { tone: 'warn', shape: '?' },
  Fault: { tone: 'bad', shape: '▲' },
  Alarm: { tone: 'bad', shape: '▲' },
};
/** Of what is as it should be, but for a warning. */
export const warningLook: Look = { tone: 'warn', shape: '!' };
export const alarmLook: Look = looks.Alarm;
const maintenanceLook: Look = { tone: 'warn', shape: '◇' };

/**
 * The colour of an instance's state: green only where nothing needs anybody.
 * @param machineAlarms as for its headline
 */
export function getTone(instance: InstanceStatus, machineAlarms: readonly Alarm[]): Tone {
  const { tone } = looks[instance.state];
  const alarms = [...instance.alarms, ...machineAlarms];
  const urgency = gradeInstance({ ...instance, alarms });
  if (urgency === 'critical') return 'bad';
  return urgency === 'warning' ? 'warn' : tone;
}

/** The alarms of the machine that an instance has to tell: it is the only one that can. */
export function getShownAlarms({ instances, alarms }: KeepalivedStatus): readonly Alarm[] {
  return instances.length === 1 ? alarms : [];
}

/** The virtual addresses of an instance without their prefix lengths: `192.168.0.100, fd00::1`. */
export function nameAddresses({ addresses }: Pick<InstanceStatus, 'addresses'>): string {
  const names = addresses.map(({ cidr }) => bareAddress(cidr));
  return names.length === 0 ? 'no virtual IP' : names.join(', ');
}

/**
 * The sentence of one instance.
 * @param machineAlarms those of the machine that it has to tell, too
 * @param wallMs now, milliseconds since the epoch
 */
export function describeHeadline(
  instance: InstanceStatus,
  machineAlarms: readonly Alarm[],
  wallMs: number,
): Headline {
  const alarm = findWorstAlarm([...instance.alarms, ...machineAlarms]);
  const own = isPlannedFault(instance)
    ? describeMaintenance(instance, wallMs)
    : describeState(instance, wallMs);
  if (alarm === undefined || instance.state === 'Alarm') return own;
  if (alarm.severity === 'critical') {
    const { sentence } = alarm;
    return {
      ...own,
      ...{ ...alarmLook, word: 'Alarm', sentence, elapsed: undefined, because: '', told: alarm },
      master: undefined,
      found: describeFound(alarm, wallMs),
    };
  }
  if (own.tone === 'bad' || own.tone === 'warn') return own;
  const because = `${own.because}. ${alarm.sentence}`;
  return { ...own, ...warningLook, because, told: alarm, found: describeFound(alarm, wallMs) };
}

/** How long ago Debug found it. */
export function describeFound({ foundAtMs }: Alarm, wallMs: number): Elapsed | undefined {
  return foundAtMs === undefined ? undefined : describeElapsed(foundAtMs, wallMs);
}

function describeState(instance: InstanceStatus, wallMs: number): Headline {
  const { state, name, reason, alarms, lastTransitionAtMs } = instance;
  const isLasting = state === 'Active' || state === 'Standby' || state === 'Fault';
  const elapsed =
    isLasting && lastTransitionAtMs !== undefined
      ? describeElapsed(lastTransitionAtMs, wallMs)
      : undefined;
  return {
    ...looks[state],
    word: state,
    sentence: sentenceOf(instance, elapsed !== undefined),
    elapsed,
    because: reason === undefined || state === 'Alarm' ? '' : `: ${reason}`,
    master: describeMaster(instance, wallMs),
    found: undefined,
    told: state === 'Alarm' ? alarms.find(({ sentence }) => sentence === reason) : undefined,
    instanceName: name,
  };
}

function describeMaster({ servingMaster }: InstanceStatus, wallMs: number): Headline['master'] {
  if (!servingMaster) return undefined;
  const { silentForMs, heardWithinMs } = servingMaster;
  const ageMs = silentForMs ?? heardWithinMs;
  const aged = silentForMs === undefined ? ', heard within the last' : ', not heard for';
  return {
    words: `${describeServingMaster(servingMaster)}${ageMs === undefined ? '' : aged}`,
    elapsed: ageMs === undefined ? undefined : describeElapsed(wallMs - ageMs, wallMs),
  };
}

function describeMaintenance(instance: InstanceStatus, wallMs: number): Headline {
  const { sinceMs, userName } = instance.maintenance ?? {};
  const since = sinceMs === undefined ? '' : ` since ${describeClockTime(sinceMs, wallMs)}`;
  const who = userName === undefined ? '' : ` (${userName})`;
  return {
    ...maintenanceLook,
    word: 'Maintenance',
    sentence: `in maintenance${since}${who}. This server does not serve ${nameAddresses(instance)} until you choose “End maintenance”`,
    elapsed: undefined,
    because: '',
    master: undefined,
    told: instance.alarms.find(({ code }) => code === 'maintenance'),
    found: undefined,
    instanceName: instance.name,
  };
}

/** @param isTimed whether “for 3 h” follows */
function sentenceOf(instance: InstanceStatus, isTimed: boolean): string {
  const addresses = nameAddresses(instance);
  switch (instance.state) {
    case 'Active':
      return `this server ${isTimed ? 'has served' : 'is serving'} ${addresses}`;
    case 'Standby':
      return `this server ${isTimed ? 'has been' : 'is'} ready to take over ${addresses}`;
    case 'Fault':
      return `this server ${isTimed ? 'has been unable to' : 'cannot'} serve ${addresses}`;
    case 'Starting':
      return `this server does not serve ${addresses} yet`;
    case 'Stopped':
      return `keepalived is stopped, so this server does not serve ${addresses} and does not take over`;
    case 'Unknown':
      return `can’t tell whether this server is serving ${addresses}`;
    case 'Alarm':
      return instance.reason ?? `the evidence about ${addresses} contradicts itself`;
  }
}

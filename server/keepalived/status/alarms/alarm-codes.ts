/**
 * Every alarm that there is. The codes are stable, for automation; the manual's section “Alarms” has
 * one row for each, with what to do, and a test compares the two.
 */

/**
 * critical: the address may be served by nobody or by two servers · warning: it is served as it
 * should be, or nobody asked for more, but somebody must look.
 */
const severities = {
  'another-master': 'critical',
  'address-twice': 'critical',
  'address-without-daemon': 'critical',
  'address-without-master': 'critical',
  'daemon-hung': 'critical',
  'master-without-address': 'critical',
  'nobody-serves': 'critical',
  'sync-group-split': 'critical',
  'two-serve': 'critical',
  'address-elsewhere': 'warning',
  'configuration-unread': 'warning',
  'daemon-unseen': 'warning',
  'dump-in-the-way': 'warning',
  'debug-finding': 'warning',
  'edited-since-load': 'warning',
  'healthcheck-failing-while-active': 'warning',
  'left-children': 'warning',
  'main-process-stopped': 'warning',
  maintenance: 'warning',
  'not-started-on-boot': 'warning',
  'priority-lowered': 'warning',
  'pid-file-lost': 'warning',
  'script-not-run': 'warning',
  'stale-pid-file': 'warning',
  'witness-blind': 'warning',
  'startup-delay': 'warning',
} as const satisfies Record<string, Alarm['severity']>;

export type AlarmCode = keyof typeof severities;

export const alarmCodes = Object.keys(severities) as readonly AlarmCode[];

export interface Alarm {
  code: AlarmCode;
  severity: 'critical' | 'warning';
  /** A sentence that one can act on. */
  sentence: string;
  /** Wall clock, ms: when Debug found it, where that is how it is known. */
  foundAtMs?: number;
}

/** An alarm; how severe it is follows from its code. */
export function raise(code: AlarmCode, sentence: string): Alarm {
  return { code, severity: severities[code], sentence };
}

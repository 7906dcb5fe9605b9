/** The alarms that only both servers together can raise. */
import { raise } from '../status/alarms/alarm-codes.ts';
import type { Alarm, AlarmCode } from '../status/alarms/alarm-codes.ts';
import type { KeepalivedStatus } from '../status/status-model.ts';
import type { PairSummary } from './pair-summary.ts';
import type { RouterVerdictKind } from './router-verdict.ts';

const rows: Partial<Record<RouterVerdictKind, { code: AlarmCode; advice: string }>> = {
  nobody: {
    code: 'nobody-serves',
    advice: 'Start keepalived, or correct what stops it, on one of the servers.',
  },
  two: {
    code: 'two-serve',
    advice:
      'Stop keepalived on the one that should not serve, then click Debug: it finds why the two do not accept each other’s advertisements.',
  },
};

/** A status with these alarms, at this server's instance where it has one; what it said before stays. */
export function addPairAlarms(
  status: KeepalivedStatus,
  summary: PairSummary | undefined,
): KeepalivedStatus {
  const found = (summary?.routers ?? []).flatMap(({ kind, sentence, servers }) => {
    const row = rows[kind];
    const own = servers.find(({ isThis }) => isThis)?.instanceName;
    return row ? [{ own, alarm: raise(row.code, `${sentence} ${row.advice}`) }] : [];
  });
  if (found.length === 0) return status;
  const add = (alarms: readonly Alarm[], isOurs: (own: string | undefined) => boolean) => [
    ...found.filter(({ own }) => isOurs(own)).map(({ alarm }) => alarm),
    ...alarms,
  ];
  const names = new Set<string | undefined>(status.instances.map(({ name }) => name));
  return {
    ...status,
    alarms: add(status.alarms, (own) => !names.has(own)),
    instances: status.instances.map((instance) => ({
      ...instance,
      alarms: add(instance.alarms, (own) => own === instance.name),
    })),
  };
}

/** A status that another process judged, some time ago. */
import type { InstanceStatus, KeepalivedStatus } from '../../keepalived/status/status.ts';

const add = (ageMs: number | undefined, passedMs: number): number | undefined =>
  ageMs === undefined ? undefined : ageMs + passedMs;

/** The same after some time without news: what it says of ages goes on. */
export function ageStatus(status: KeepalivedStatus, passedMs: number): KeepalivedStatus {
  return {
    ...status,
    evidenceAgeMs: add(status.evidenceAgeMs, passedMs),
    instances: status.instances.map((instance) => ageInstance(instance, passedMs)),
  };
}

function ageInstance(instance: InstanceStatus, passedMs: number): InstanceStatus {
  const { servingMaster } = instance;
  return {
    ...instance,
    unknownForMs: add(instance.unknownForMs, passedMs),
    ...(servingMaster && {
      servingMaster: {
        ...servingMaster,
        heardWithinMs: add(servingMaster.heardWithinMs, passedMs),
        silentForMs: add(servingMaster.silentForMs, passedMs),
      },
    }),
  };
}

/**
 * The same where it may no longer be believed: nothing of it is said to be so now.
 * @param reason why, as the end of a sentence
 */
export function forgetStatus(status: KeepalivedStatus, reason: string): KeepalivedStatus {
  return {
    ...status,
    daemon: { state: 'unknown', reason },
    instances: status.instances.map((instance) => ({
      ...instance,
      ...{ state: 'Unknown', reason, serving: 'Unknown', alarms: [], servingMaster: undefined },
      addresses: instance.addresses.map((address) => ({ ...address, held: undefined })),
      ...(instance.healthcheck && {
        healthcheck: { ...instance.healthcheck, good: undefined, words: 'not known' },
      }),
      priority: { ...instance.priority, effective: undefined },
      watched: instance.watched.map((item) => ({ ...item, good: undefined })),
      maintenance: undefined,
    })),
    alarms: [],
    configuration: { problem: reason, editedSinceLoad: undefined },
  };
}

/** Who serves while this server is Standby, as far as keepalived's accounts prove it. */
import type { Observed, RuntimeInstance, TrackingReport } from '../../proof/evidence.ts';
import type { ServingMaster } from '../status-model.ts';
import type { MasterContact } from './master-contacts.ts';

/**
 * How old the text dump may be that names the master's address: it is taken every 30 s while
 * somebody looks.
 */
const addressLifetimeMs = 60_000;
/** keepalived gives a master up after 3 intervals and a part of one (RFC 9568, 6.1). */
const silentIntervals = 4;

/**
 * @param runtimeAtMs monotonic, as `nowMs`: when keepalived gave the account that `running` is of
 * @returns undefined: it is no standby, or has heard no master
 */
export function findServingMaster({
  running,
  contact,
  runtimeAtMs,
  tracking,
  nowMs,
}: {
  running: RuntimeInstance | undefined;
  contact: MasterContact | undefined;
  runtimeAtMs: number;
  tracking: Observed<TrackingReport> | undefined;
  nowMs: number;
}): ServingMaster | undefined {
  if (running?.state !== 'BACKUP' || running.masterPriority === undefined) return undefined;
  const silentForMs = contact && runtimeAtMs - contact.countedAtMs;
  const isSilent =
    silentForMs !== undefined &&
    silentForMs > silentIntervals * running.advertIntervalSeconds * 1000;
  return {
    address: findAddress(running, tracking, nowMs),
    priority: running.masterPriority,
    heardWithinMs: contact && !isSilent ? nowMs - contact.heardAfterMs : undefined,
    silentForMs: isSilent ? silentForMs : undefined,
  };
}

/** Only if the text dump is of this time as BACKUP, and speaks of a master of the same priority. */
function findAddress(
  { name, masterPriority, lastTransitionAtMs }: RuntimeInstance,
  tracking: Observed<TrackingReport> | undefined,
  nowMs: number,
): string | undefined {
  if (!tracking?.value.ok || nowMs - tracking.atMs > addressLifetimeMs) return undefined;
  const master = tracking.value.masters?.find(({ instanceName }) => instanceName === name);
  const isSame =
    master?.priority === masterPriority && master?.lastTransitionAtMs === lastTransitionAtMs;
  return isSame ? master?.address : undefined;
}

/** Who serves, without an age: the words change only when something else is true. */
export function describeServingMaster(master: ServingMaster): string {
  const { address = 'another server', priority, silentForMs, heardWithinMs } = master;
  const who = (verb: string) => `${address} ${verb} it (priority ${priority})`;
  if (silentForMs !== undefined) return who('served');
  if (heardWithinMs !== undefined) return who('serves');
  return `${who('serves')} according to keepalived; when it last sent an advertisement is not known yet`;
}

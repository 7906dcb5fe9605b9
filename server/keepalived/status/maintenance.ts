/** What somebody asked of a server on purpose, as the tracked file and the history tell it. */
import type { ConfigurationSummary } from '../config/questions.ts';
import type { RuntimeInstance, TrackedItem, TrackingReport } from '../proof/evidence.ts';
import { hasOtherCause } from './fault-reason.ts';
import type { FaultCase } from './fault-reason.ts';
import type { DrillOrder, DrillOrders, Hold, LoweredPriority, Maintenance } from './hold.ts';
import type { Evidence, InstanceStatus, WatchedItem } from './status-model.ts';
import { listWatched } from './watched-items.ts';

type File = NonNullable<TrackedItem['file']>;
type WatchedFile = WatchedItem & { file: File };

/**
 * The file that holds an instance in FAULT on purpose: one of this program's own, or one by which a
 * drill began. Whatever another program writes into a file of its own is a failure.
 */
export function findMaintenanceItem(
  instanceName: string,
  watched: readonly WatchedItem[],
  tracking: TrackingReport | undefined,
  orders: DrillOrders,
): { item: WatchedFile; hold: Hold } | undefined {
  for (const { item, order } of listFiles(instanceName, watched, tracking, orders)) {
    if (item.good !== false || !item.forcesFault) continue;
    if (item.file.isOwn || order) return { item, hold: describeHold(item, order, 'maintenance') };
  }
  return undefined;
}

/** The file by which the priority is lowered on purpose; its number counts times the weight. */
export function findLoweredPriority(
  instanceName: string,
  watched: readonly WatchedItem[],
  tracking: TrackingReport | undefined,
  orders: DrillOrders,
): LoweredPriority | undefined {
  for (const { item, order } of listFiles(instanceName, watched, tracking, orders)) {
    const change = item.file.value * (item.weight ?? 0);
    if (item.forcesFault || change >= 0) continue;
    if (item.file.isOwn || order) {
      return { by: -change, ...describeHold(item, order, 'standby') };
    }
  }
  return undefined;
}

interface MaintenanceCase {
  state: InstanceStatus['state'];
  instanceName: string;
  fault: FaultCase;
  /** Of the instance itself; the members of its sync group are looked at here. */
  hold: Hold | undefined;
  evidence: Evidence;
  /** Of the file on disk. */
  summary: ConfigurationSummary | undefined;
  running: readonly RuntimeInstance[];
  orders: DrillOrders;
}

/**
 * keepalived's account of what it watches may be half a minute old: an instance that is MASTER or
 * BACKUP is in no maintenance. A sync group is in FAULT as a whole, so one file holds all of it.
 */
export function judgeMaintenance(held: MaintenanceCase): Maintenance | undefined {
  const { state, instanceName, fault, hold } = held;
  if (state === 'Active' || state === 'Standby' || state === 'Stopped') return undefined;
  const isSoleCause = !hasOtherCause(fault);
  if (hold) return { ...hold, isSoleCause, instanceName };
  if (state !== 'Fault' || !isSoleCause) return undefined;
  // Any other member may be in FAULT because of the one that is held.
  return fault.faultyMembers
    .map((member) => judgeMember(member, held))
    .find((one) => one !== undefined);
}

function judgeMember(
  member: string,
  { fault, evidence, summary, running, orders }: MaintenanceCase,
): Maintenance | undefined {
  const configured = summary?.instances.find(({ name }) => name === member);
  const watched = listWatched(member, configured, evidence.tracking, evidence.log);
  const found = findMaintenanceItem(member, watched, evidence.tracking?.value, orders);
  const interfaceName = running.find(({ name }) => name === member)?.interfaceName;
  const own = { ...fault, interfaceName, watched, maintenanceItem: found?.item };
  return found && !hasOtherCause(own)
    ? { ...found.hold, isSoleCause: true, instanceName: member }
    : undefined;
}

/** The alarm and the headline need no more than this. */
export const isPlannedFault = ({
  state,
  maintenance,
}: Pick<InstanceStatus, 'state' | 'maintenance'>): boolean =>
  state === 'Fault' && maintenance?.isSoleCause === true;

/** The tracked files, each with the newest drill of the instances that its number moves. */
function listFiles(
  instanceName: string,
  watched: readonly WatchedItem[],
  tracking: TrackingReport | undefined,
  orders: DrillOrders,
): { item: WatchedFile; order: DrillOrder | undefined }[] {
  return watched.filter(isFile).map((item) => {
    const tracked = tracking?.ok
      ? tracking.items.find(({ kind, name }) => kind === 'file' && name === item.name)
      : undefined;
    const names = [instanceName, ...(tracked?.instances ?? []).map(({ name }) => name)];
    const [order] = names
      .flatMap((name) => orders.get(name) ?? [])
      .toSorted((one, other) => other.atMs - one.atMs);
    return { item, order };
  });
}

const isFile = (item: WatchedItem): item is WatchedFile =>
  item.kind === 'file' && item.file !== undefined;

/** So much after a drill its result may be noticed. */
const noticedWithinMs = 5_000;

/** The history's word, unless the file was changed since: then nobody knows by whom. */
function describeHold(
  { sinceMs }: WatchedItem,
  order: DrillOrder | undefined,
  action: DrillOrder['action'],
): Hold {
  const isOurs =
    order?.action === action &&
    (sinceMs === undefined || sinceMs <= order.untilMs + noticedWithinMs);
  return isOurs
    ? { sinceMs: order.atMs, userName: order.userName }
    : { sinceMs, userName: undefined };
}

/** What somebody asked of a server on purpose, as the tracked file and the history tell it. */
import type { TrackedItem, TrackingReport } from '../proof/evidence.ts';
import type { DrillOrder, DrillOrders, Hold, LoweredPriority } from './hold.ts';
import type { InstanceStatus, WatchedItem } from './status-model.ts';

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

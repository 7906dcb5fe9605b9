import type { InstanceStatus, WatchedItem } from './status-model.ts';

type Watching = Pick<InstanceStatus, 'watched'>;

/** What a tracked file is called that somebody steps down by; others may be a program's. */
export const maintenanceName = /maint/i;

/** The tracked file that keeps an instance from serving, if one is made for that purpose. */
export function findMaintenance({ watched }: Watching): WatchedItem | undefined {
  return watched.find((item) => isMaintenanceFile(item) && item.good === false && item.forcesFault);
}

/** The tracked file by which the priority of an instance is lowered on purpose. */
export function findLoweredPriority({ watched }: Watching): WatchedItem | undefined {
  return watched.find(
    (item) => isMaintenanceFile(item) && !item.forcesFault && /^value -[1-9]/.test(item.detail),
  );
}

const isMaintenanceFile = ({ kind, name }: WatchedItem): boolean =>
  kind === 'file' && maintenanceName.test(name);

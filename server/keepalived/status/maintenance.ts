import type { InstanceStatus, WatchedItem } from './status-model.ts';

/** The tracked file that keeps an instance from serving, if one is made for that purpose. */
export function findMaintenance({
  watched,
}: Pick<InstanceStatus, 'watched'>): WatchedItem | undefined {
  return watched.find(
    ({ kind, name, good, forcesFault }) =>
      kind === 'file' && good === false && forcesFault && /maint/i.test(name),
  );
}

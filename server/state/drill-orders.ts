import type { DrillOrder, DrillOrders } from '../keepalived/status/hold.ts';
import type { FailoverRecord } from './failover-records.ts';

/** The log's stamps are of whole seconds. */
const sameMomentMs = 1_000;

/**
 * The drills that last: the newest of each instance, unless it was ended, or the instance has left
 * FAULT since, so that somebody else ended its maintenance.
 * @param records in the order in which they were written
 */
export function findDrillOrders(records: readonly FailoverRecord[]): DrillOrders {
  const orders = new Map<string, DrillOrder>();
  for (const record of records) {
    if (record.kind === 'action' && record.drillAction && record.instance !== undefined) {
      const { instance, drillAction: action, userName, atMs, untilMs } = record;
      if (action === 'end') orders.delete(instance);
      else orders.set(instance, { action, userName, atMs, untilMs });
    }
    if (record.kind !== 'transition') continue;
    const order = orders.get(record.instance);
    const hasLeft = record.to === 'MASTER' || record.to === 'BACKUP';
    if (order?.action !== 'maintenance' || !hasLeft) continue;
    if (record.atMs > order.untilMs + sameMomentMs) orders.delete(record.instance);
  }
  return orders;
}

/** When a standby last heard its master, by the counters of two of keepalived's accounts. */
import type { Observed, RuntimeInstance, RuntimeReport } from '../../proof/evidence.ts';

/** Bounds on the last advertisement that was accepted; both are of the monotonic clock, in ms. */
export interface MasterContact {
  /** It came after this: the account before the one that counted it. */
  heardAfterMs: number;
  /** None came between this, the account that counted it, and the newest account. */
  countedAtMs: number;
}

/** By instance: only those that are BACKUP and whose counters prove it. */
export type MasterContacts = ReadonlyMap<string, MasterContact>;

/**
 * The contacts after one more account. Only two accounts of the same time as BACKUP are compared:
 * the counters are kept over a change of state.
 */
export function noteMasterContacts(
  contacts: MasterContacts,
  before: Observed<RuntimeReport> | undefined,
  now: Observed<RuntimeReport>,
): MasterContacts {
  if (!before?.value.ok || !now.value.ok) return new Map();
  const previous = new Map(before.value.instances.map((instance) => [instance.name, instance]));
  return new Map(
    now.value.instances.flatMap((instance): [string, MasterContact][] => {
      const accepted = countAccepted(previous.get(instance.name), instance);
      if (accepted === undefined) return [];
      if (accepted > 0) {
        return [[instance.name, { heardAfterMs: before.atMs, countedAtMs: now.atMs }]];
      }
      const known = contacts.get(instance.name);
      return known ? [[instance.name, known]] : [];
    }),
  );
}

/** undefined: the two cannot be compared. */
function countAccepted(
  before: RuntimeInstance | undefined,
  now: RuntimeInstance,
): number | undefined {
  const isSameTime =
    before?.state === 'BACKUP' &&
    now.state === 'BACKUP' &&
    now.masterPriority !== undefined &&
    before.lastTransitionAtMs === now.lastTransitionAtMs;
  if (!isSameTime) return undefined;
  const grownBy = (name: string) => (now.statistics[name] ?? 0) - (before.statistics[name] ?? 0);
  const received = grownBy('advert_rcvd');
  // The text dump has no counters, and somebody may have cleared them.
  if (now.statistics['advert_rcvd'] === undefined || received < 0) return undefined;
  return received - notAccepted.reduce((sum, name) => sum + Math.max(0, grownBy(name)), 0);
}

/** Counted as received before they are refused (vrrp.c, 2.2.7 and 2.4.3); with priority 0 nobody serves. */
const notAccepted = [
  'auth_failure',
  'authtype_mismatch',
  'invalid_authtype',
  'advert_interval_err',
  'addr_list_err',
  'pri_zero_rcvd',
];

import type { Appliance } from '../appliance/appliance.ts';
import { findOrphanedAddresses, listServedAddresses } from '../keepalived/address-places.ts';
import type { HeldAddress } from '../keepalived/address-places.ts';
import type { ConfigurationSummary } from '../keepalived/config/questions.ts';
import type { Sighting } from '../keepalived/proof.ts';
import { commandFailure } from './prove-live.ts';

/**
 * What a failed change left of the addresses, in sentences. An orphan (here, though no instance
 * claims it) is taken off the interface only if a running keepalived has decided not to serve it:
 * with none, it may be the only one that anybody serves. Where keepalived does not tell what it
 * serves, the address is only named.
 * @param configurations the old and the new one: no other address is ever touched
 */
export async function settleAddresses(
  appliance: Appliance,
  before: Sighting | undefined,
  after: Sighting,
  configurations: readonly ConfigurationSummary[],
): Promise<string[]> {
  const isRunning = after.daemon.state === 'running';
  const isTold = isRunning ? after.runtime?.ok === true : after.daemon.state !== 'unknown';
  const orphans = findOrphanedAddresses(before, after, configurations);
  if (!isTold) return orphans.map(nameUntold);
  const sentences: string[] = [];
  for (const orphan of orphans) {
    sentences.push(isRunning ? await removeOrphan(appliance, orphan) : nameOrphan(orphan));
  }
  return [...sentences, ...nameLost(before, after)];
}

async function removeOrphan(appliance: Appliance, orphan: HeldAddress): Promise<string> {
  const { interfaceName, cidr } = orphan;
  const report = await appliance.removeAddress(interfaceName, cidr);
  return report.result === 'ok'
    ? `${cidr} had been left on ${interfaceName}, though no instance serves it: it was removed (${report.command}).`
    : `${nameOrphan(orphan)} It could not be removed: ${commandFailure(report)}.`;
}

function nameOrphan({ interfaceName, cidr }: HeldAddress): string {
  return (
    `${cidr} is still on ${interfaceName}, though no keepalived serves it: if another server has it ` +
    `too, remove it here with “ip address del ${cidr} dev ${interfaceName}”.`
  );
}

function nameUntold({ interfaceName, cidr }: HeldAddress): string {
  return `${cidr} is on ${interfaceName}; whether keepalived serves it can’t be told now.`;
}

function nameLost(before: Sighting | undefined, after: Sighting): string[] {
  const served = new Set(listServedAddresses(after));
  return (before ? listServedAddresses(before) : [])
    .filter((address) => !served.has(address))
    .map((address) => `${address}, which this server served before, it does not serve now.`);
}

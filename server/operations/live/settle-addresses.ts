import type { Appliance } from '../../appliance/appliance.ts';
import {
  findOrphanedAddresses,
  listServedAddresses,
} from '../../keepalived/addresses/address-places.ts';
import type {
  HeldAddress,
  OrphanCase,
  OrphanedAddress,
} from '../../keepalived/addresses/address-places.ts';
import type { ConfigurationSummary } from '../../keepalived/config/questions.ts';
import type { ProofEvidence } from '../../keepalived/proof/proof.ts';
import { commandFailure } from './prove-live.ts';

export interface SettlingCase extends OrphanCase {
  after: ProofEvidence;
}

/**
 * What a failed change left of the addresses, in sentences. An orphan (here, though no instance
 * claims it) is taken off the interface only if keepalived was seen to serve it right there, and a
 * running keepalived has decided not to: with none, it may be the only one that anybody serves, and
 * what was not seen may be the administrator's own. Where keepalived does not tell what it serves,
 * the address is only named.
 * @param configurations the old and the new one: no other address is ever named
 */
export async function settleAddresses(
  appliance: Pick<Appliance, 'removeAddress'>,
  settling: SettlingCase,
  configurations: readonly ConfigurationSummary[],
): Promise<string[]> {
  const { before, after } = settling;
  const isRunning = after.daemon.state === 'running';
  const isTold = isRunning ? after.runtime?.ok === true : after.daemon.state !== 'unknown';
  const orphans = findOrphanedAddresses(settling, configurations);
  if (!isTold) return orphans.map(nameUntold);
  const sentences: string[] = [];
  for (const orphan of orphans) {
    const mayRemove = isRunning && orphan.isOurs;
    sentences.push(mayRemove ? await removeOrphan(appliance, orphan) : nameOrphan(orphan));
  }
  return [...sentences, ...nameLost(before, after)];
}

async function removeOrphan(
  appliance: Pick<Appliance, 'removeAddress'>,
  orphan: OrphanedAddress,
): Promise<string> {
  const { interfaceName, cidr } = orphan;
  const report = await appliance.removeAddress(interfaceName, cidr);
  return report.result === 'ok'
    ? `keepalived left ${cidr} on ${interfaceName}, although no instance serves it. It was removed (${report.command}).`
    : `${nameOrphan(orphan)} It could not be removed: ${commandFailure(report)}.`;
}

function nameOrphan({ interfaceName, cidr, isOurs }: OrphanedAddress): string {
  const command = removalOf({ interfaceName, cidr });
  return isOurs
    ? `${cidr} is still on ${interfaceName}, although no keepalived serves it. If another server has it too, run here: “${command}”.`
    : `${cidr} is on ${interfaceName}, and no keepalived serves it. This program did not see who added it, so it stays. If it is not yours and another server has it too, run here: “${command}”.`;
}

function nameUntold({ interfaceName, cidr }: HeldAddress): string {
  return `${cidr} is on ${interfaceName}. Can’t tell now whether keepalived serves it.`;
}

const removalOf = ({ interfaceName, cidr }: HeldAddress): string =>
  `ip address del ${cidr} dev ${interfaceName}`;

function nameLost(before: SettlingCase['before'], after: ProofEvidence): string[] {
  const served = new Set(listServedAddresses(after));
  return (before ? listServedAddresses(before) : [])
    .filter((address) => !served.has(address))
    .map((address) => `This server served ${address} before and no longer does.`);
}

import { getAddress, listPlaces } from '../addresses/address-places.ts';
import { getChildren, lastValue } from '../language/block-reading.ts';
import { findStatements } from '../language/tree.ts';
import type { ConfigurationContent } from '../language/tree.ts';
import type { RuntimeInstance } from '../proof/evidence.ts';
import { joinWords } from './words.ts';

/**
 * Whether keepalived looks up this server's own name at the reload from one file to the other: it
 * does where there is no router_id, once in its life (`init_global_data`, 2.2.7 to 2.4.3), and while
 * there was one it had no reason to.
 */
export function needsOwnNameLookup(
  before: ConfigurationContent,
  after: ConfigurationContent,
): boolean {
  return hasRouterId(before) && !hasRouterId(after);
}

function hasRouterId({ children }: ConfigurationContent): boolean {
  const globals = findStatements(children, 'global_defs').flatMap(getChildren);
  return lastValue(globals, 'router_id') !== undefined;
}

/**
 * What is to be said of the look-up of this server's own name: a danger where no name server answers
 * (measured, 2.2.7: the main process waits 10 s, then the VRRP process as long, without a word to its
 * peer), a sentence where that could not be told, nothing where an answer comes.
 * @param answer `reason` is a sentence
 */
export function describeNameAnswer(
  answer: { kind: 'answered' | 'silent' } | { kind: 'unseen'; reason: string },
  instances: readonly RuntimeInstance[],
  hostName: string,
): { danger?: string; sentence?: string } {
  if (answer.kind === 'answered') return {};
  const cause = `The file has no router_id, so keepalived looks up this server’s own name, ${hostName}`;
  const remedy = `Add “router_id ${hostName}” to global_defs, or ${hostName} to /etc/hosts.`;
  if (answer.kind === 'unseen') {
    return {
      sentence: `${cause}. Can’t tell whether a name server answers: ${answer.reason} If none does, the VRRP process waits 10 s or longer. ${remedy}`,
    };
  }
  const served = instances
    .filter(({ state }) => state === 'MASTER')
    .flatMap((instance) => listPlaces(instance).map(getAddress));
  const risk =
    served.length === 0
      ? 'neither receives nor sends advertisements'
      : `sends no advertisements: another server may take ${joinWords([...new Set(served)])} while this one has it too`;
  return {
    danger: `${cause}, and no name server answers. Its VRRP process then waits 10 s or longer and ${risk}. ${remedy}`,
  };
}

/** Why there is no link, in sentences that one can act on. */
import { pairProtocol } from '../wire/greetings.ts';
import type { Reply } from '../wire/greetings.ts';

export type Refused = Extract<Reply, { kind: 'refused' }>;

/** @param host of the other's page */
export function describeStranger(name: string, url: string): string {
  return `Another machine than ${name} answers at ${url}: its key is not the one that was paired. If ${name} was installed again, end the pairing and pair the two again. If not, find out who has its address.`;
}

export function describeNoLink(url: string): string {
  return `The page at ${url} answers, but nobody of a pair does. keepalived-wai there may be older than this one, or a proxy before it does not pass on connections that ask for an upgrade.`;
}

export function describeProtocol(
  name: string,
  { version, protocol }: Refused,
  ownVersion: string,
): string {
  return `${name} runs keepalived-wai ${version} and speaks ${protocol}, this server runs ${ownVersion} and speaks ${pairProtocol}. Install the same version on both.`;
}

export function describeNotUnderstood(name: string): string {
  return `${name} tells what this version of keepalived-wai does not understand. Install the same version on both servers.`;
}

export function describeEnded(name: string): string {
  return `${name} has ended the pairing, or has lost what it knew of it. Pair the two again, or remove ${name} here.`;
}

export function describeCopy(name: string): string {
  return `Two machines say that they are ${name}: one is a copy of the other, and shares its key. Nothing that they tell is taken for a fact. On the copy, stop keepalived-wai, remove the folder pair in its state folder, start it again, and then end this pairing here and pair with ${name} again.`;
}

/** How this server presents itself to others, within what they accept. */
import type { Presence } from './link/link-context.ts';
import type { PairGrant } from './link-protocol.ts';
import type { PairOptions } from './pair.ts';
import type { Introduction } from './pairing/proof.ts';
import { pairProtocol } from './wire/greetings.ts';
import {
  cleanWords,
  findPageUrl,
  mostNameCharacters,
  mostUrlCharacters,
  mostUrls,
} from './words-of-others.ts';

export interface OwnPresence {
  name(): string;
  presence(): Presence;
  introduction(grant: PairGrant): Introduction;
}

/** @param run of this run of the program */
export function createOwnPresence<Report>(
  id: string,
  run: string,
  { hostName, version, ownUrls }: Pick<PairOptions<Report>, 'hostName' | 'version' | 'ownUrls'>,
): OwnPresence {
  const name = () => cleanWords(hostName().slice(0, mostNameCharacters)) || 'unnamed';
  const listUrls = () =>
    ownUrls()
      .map((url) => findPageUrl(url) ?? '')
      .filter((url) => url !== '' && url.length <= mostUrlCharacters)
      .slice(0, mostUrls);
  return {
    name,
    presence: () => ({ protocol: pairProtocol, version, id, run, name: name(), urls: listUrls() }),
    introduction: (grant) => ({ id, name: name(), urls: listUrls(), grant }),
  };
}

import { normalizeAddress } from '../addresses/addresses.ts';
import type { VrrpAdvertisement } from '../wire/decoded-frame.ts';
import type { AdvertisedSettings } from './advertised-settings.ts';
import { groupBy } from './group-by.ts';
import type { DiagnosisInput, CapturedTraffic } from './input.ts';
import { groupBySender, isCurrent } from './sender.ts';
import type { Sender } from './sender.ts';

/** Who speaks of an instance's virtual router. */
export interface SortedSenders {
  /** This server itself, if it advertises. */
  own: Sender | undefined;
  /** Those that speak of the same virtual router lately and seem to be meant for it. */
  peers: Sender[];
  /** Those that have the same virtual router ID by accident. */
  foreigners: Sender[];
  /** Those that advertise one of our addresses under another virtual router ID. */
  misnumbered: Sender[];
}

/** Tells this server's own advertisements from others'. */
export function createOwnTest({ network, configuration }: DiagnosisInput) {
  const own = new Set(
    [
      ...(network?.ok ? network.interfaces : []).flatMap(({ addresses }) =>
        addresses.map(({ address }) => address),
      ),
      ...configuration.instances.flatMap((instance) => instance.unicastSourceAddress ?? []),
    ].map(normalizeAddress),
  );
  return ({ outgoing, source }: VrrpAdvertisement) => outgoing === true || own.has(source);
}

/** What was heard on one network, by virtual router. */
interface Link extends Pick<VrrpAdvertisement, 'interfaceName' | 'family'> {
  routers: Map<number, { own: Sender[]; others: Sender[] }>;
}

/**
 * Sorts what was heard on an instance's network by what its senders are to the instance. For 255
 * instances it is gone through once.
 */
export function createSenderSorter(
  heard: CapturedTraffic,
  isOwn: (advertisement: VrrpAdvertisement) => boolean,
): (settings: AdvertisedSettings) => SortedSenders {
  const links = listLinks(heard.advertisements, isOwn);
  const areCurrent = (senders: Sender[]) =>
    senders.filter((sender) => isCurrent(sender, heard.toMs));

  return (settings) => {
    const routers = links
      .filter((link) => isHere(link, settings))
      .flatMap((link) => [...link.routers]);
    const isOurs = ([virtualRouterId]: (typeof routers)[number]) =>
      virtualRouterId === settings.virtualRouterId;
    const ours = routers.filter(isOurs).map(([, senders]) => senders);
    const theirs = routers.filter((router) => !isOurs(router)).map(([, senders]) => senders);
    const others = ours.flatMap((senders) => senders.others);
    const current = areCurrent(others);
    const foreigners = current.filter((sender) => isForeign(sender, settings, others));
    return {
      own: ours.flatMap(({ own }) => own)[0],
      peers: current.filter((sender) => !foreigners.includes(sender)),
      foreigners,
      misnumbered: areCurrent(theirs.flatMap((senders) => senders.others)).filter((sender) =>
        sharesAddress(sender, settings),
      ),
    };
  };
}

/** A VLAN's frames on its parent interface are of no instance's network. */
function listLinks(
  advertisements: readonly VrrpAdvertisement[],
  isOwn: (advertisement: VrrpAdvertisement) => boolean,
): Link[] {
  const untagged = advertisements.filter(({ vlanIds }) => vlanIds.length === 0);
  const byLink = groupBy(untagged, ({ interfaceName, family }) =>
    JSON.stringify([family, interfaceName]),
  );
  return [...byLink.values()].flatMap((heard) => {
    const [first] = heard;
    if (!first) return [];
    const { interfaceName, family } = first;
    const byRouter = groupBy(heard, ({ virtualRouterId }) => virtualRouterId);
    const routers = [...byRouter].map(
      ([virtualRouterId, sent]) =>
        [
          virtualRouterId,
          {
            own: groupBySender(sent.filter(isOwn)),
            others: groupBySender(sent.filter((one) => !isOwn(one))),
          },
        ] as const,
    );
    return [{ interfaceName, family, routers: new Map(routers) }];
  });
}

function isHere({ interfaceName, family }: Link, settings: AdvertisedSettings): boolean {
  const isSameLink =
    interfaceName === undefined ||
    settings.interfaceName === undefined ||
    interfaceName === settings.interfaceName;
  const ourFamily = settings.addresses[0]?.includes(':') ? 'inet6' : 'inet';
  return isSameLink && family === ourFamily;
}

/** Other addresses alone may be a mistake of the peer; something else must be different, too. */
function isForeign(
  sender: Sender,
  settings: AdvertisedSettings,
  others: readonly Sender[],
): boolean {
  const { last } = sender;
  if (last.addresses.length === 0 || sharesAddress(sender, settings)) return false;
  const { unicastPeers, authentication, version } = settings;
  return (
    (last.version === version && last.authentication !== authentication) ||
    last.passwordMatchesOurs === false ||
    (unicastPeers.length > 0 && !unicastPeers.includes(sender.source)) ||
    others.some((other) => other !== sender && sharesAddress(other, settings))
  );
}

function sharesAddress({ last }: Sender, { addresses }: AdvertisedSettings): boolean {
  return last.addresses.some((address) => addresses.includes(address));
}

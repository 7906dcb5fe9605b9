import { normalizeAddress } from '../addresses.ts';
import type { VrrpAdvertisement } from '../wire/decoded-frame.ts';
import { groupBy } from './group-by.ts';
import type { DiagnosisInput, Heard } from './input.ts';
import type { InstanceSettings } from './instance-settings.ts';
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

/** Sorts what was heard on the instance's network by what its senders are to the instance. */
export function sortSenders(
  settings: InstanceSettings,
  heard: Heard,
  isOwn: (advertisement: VrrpAdvertisement) => boolean,
): SortedSenders {
  const here = heard.advertisements.filter((advertisement) => isHere(advertisement, settings));
  const numbered = here.filter((one) => one.virtualRouterId === settings.virtualRouterId);
  const others = groupBySender(numbered.filter((one) => !isOwn(one)));
  const current = others.filter((sender) => isCurrent(sender, heard.toMs));
  const foreigners = current.filter((sender) => isForeign(sender, settings, others));
  const otherNumbers = groupBy(
    here.filter((one) => one.virtualRouterId !== settings.virtualRouterId && !isOwn(one)),
    ({ virtualRouterId }) => virtualRouterId,
  );
  return {
    own: groupBySender(numbered.filter(isOwn))[0],
    peers: current.filter((sender) => !foreigners.includes(sender)),
    foreigners,
    misnumbered: [...otherNumbers.values()]
      .flatMap(groupBySender)
      .filter((sender) => isCurrent(sender, heard.toMs) && sharesAddress(sender, settings)),
  };
}

/** In the instance's own network: a VLAN's frames on its parent interface are not. */
function isHere({ interfaceName, vlanIds, family }: VrrpAdvertisement, settings: InstanceSettings) {
  const isSameLink =
    interfaceName === undefined ||
    settings.interfaceName === undefined ||
    interfaceName === settings.interfaceName;
  const ourFamily = settings.addresses[0]?.includes(':') ? 'inet6' : 'inet';
  return isSameLink && vlanIds.length === 0 && family === ourFamily;
}

/** Other addresses alone may be a mistake of the peer; something else must be different, too. */
function isForeign(sender: Sender, settings: InstanceSettings, others: readonly Sender[]): boolean {
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

function sharesAddress({ last }: Sender, { addresses }: InstanceSettings): boolean {
  return last.addresses.some((address) => addresses.includes(address));
}

import type { InstanceView } from './instance-view.ts';

/**
 * The other servers of this virtual router that have shown that the network between them and this one
 * carries something: those that advertised lately, and unicast peers that were seen in ARP. Without
 * any, silence says nothing: a server that is cut off is as silent as one that stands by.
 */
export function findPeerSigns({ peers, unicastPeers, arp }: InstanceView): string[] {
  const seen = new Set(arp.map(({ senderAddress }) => senderAddress));
  return [
    ...new Set([
      ...peers.map(({ source }) => source),
      ...unicastPeers.filter((peer) => seen.has(peer)),
    ]),
  ];
}

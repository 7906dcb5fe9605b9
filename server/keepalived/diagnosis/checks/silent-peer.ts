import { listInWords } from '../../words.ts';
import type { Check } from '../check.ts';
import type { InstanceView } from '../instance-view.ts';
import { describeSender, isCurrent, getSilenceLimitMs } from '../sender.ts';
import type { InstanceCheck } from '../setting-check.ts';
import { describeDuration } from '../words.ts';

/** Whether the other server is heard, and if not, what that can mean. */
export const checkSilentPeer: InstanceCheck = (view) => ({
  id: 'silent-peer',
  title: 'Advertisements of the other server arrive',
  ...judge(view),
  evidence: [...view.peers, ...(view.own ? [view.own] : [])].map(describeSender),
  about: { instance: view.name },
});

const causes =
  'On the other server: is keepalived running, and does its status page say Active or Standby? Then its firewall (protocol 112, in and out), then the switch between the two (VLAN, multicast snooping; clouds often drop multicast: use unicast_peer).';

function judge(view: InstanceView): Pick<Check, 'verdict' | 'sentence' | 'remedy'> {
  const { obstacle, peers, own, toMs, intervalMs, virtualRouterId, state } = view;
  const listenedMs = toMs - view.fromMs;
  const listened = describeDuration(listenedMs);
  const mute = findSilentUnicastPeers(view);
  if (obstacle !== undefined) {
    return {
      verdict: 'cannot-tell',
      sentence: `Can’t tell whether its advertisements arrive: ${obstacle}.`,
      remedy: undefined,
    };
  }
  if (peers.length > 0) {
    const names = listInWords(peers.map(({ source }) => source));
    return { verdict: 'good', sentence: `${names} is heard.`, remedy: undefined };
  }
  if (mute.length > 0) {
    return {
      verdict: 'wrong',
      sentence: `The unicast peer ${listInWords(mute)} does not even answer when asked for its MAC address: it is down, unplugged, in another network, or has another address.`,
      remedy: `Ping it from here (ping ${mute[0] ?? ''}); compare unicast_peer with the other server’s address.`,
    };
  }
  if (listenedMs < getSilenceLimitMs(intervalMs)) {
    return {
      verdict: 'cannot-tell',
      sentence: `Listened for only ${listened} so far.`,
      remedy: undefined,
    };
  }
  if (state === 'MASTER' || (own && isCurrent(own, toMs))) {
    return {
      verdict: 'cannot-tell',
      sentence: `This server is master, and for ${listened} no other has advertised virtual router ID ${virtualRouterId ?? ''}. That is expected: a standby server sends nothing. Whether it runs and receives from this one cannot be seen from here.`,
      remedy: `Look at the other server’s status page: it should say Standby. If it says Active there too, its packets are lost. ${causes}`,
    };
  }
  return {
    verdict: 'suspicious',
    sentence: `For ${listened} no server has advertised virtual router ID ${virtualRouterId ?? ''}: neither this server nor another one serves the virtual address.`,
    remedy: `${whatToDoHere(state)} Then find out why the other server is silent. ${causes}`,
  };
}

function whatToDoHere(state: InstanceView['state']): string {
  if (state === undefined) return 'Start keepalived here.';
  return state === 'FAULT'
    ? 'keepalived here is in FAULT: end its maintenance, or remove what the other checks name.'
    : `keepalived here is in ${state}: look at its log.`;
}

/** Peers that this server has asked for by ARP more than once, and that never showed a sign. */
export function findSilentUnicastPeers({ unicastPeers, arp, peers }: InstanceView): string[] {
  return unicastPeers.filter((peer) => {
    const questions = arp.filter(
      ({ operation, targetAddress, gratuitous }) =>
        operation === 'request' && targetAddress === peer && !gratuitous,
    );
    const isThere =
      arp.some(({ senderAddress }) => senderAddress === peer) ||
      peers.some(({ source }) => source === peer);
    return questions.length >= 2 && !isThere;
  });
}

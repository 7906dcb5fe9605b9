import { listInWords } from '../../words.ts';
import { findClaimSince, findIgnoredSince } from '../conflict.ts';
import type { InstanceView } from '../instance-view.ts';
import { cannotTell, good } from '../judgement.ts';
import type { Judgement } from '../judgement.ts';
import { findPeerSigns } from '../peer-signs.ts';
import { describeSender, isCurrent } from '../sender.ts';
import type { InstanceCheck } from '../setting-check.ts';
import { describeDuration } from '../words.ts';

interface Split {
  sinceMs: number;
  /** In words. */
  masters: string[];
}

/** Whether two servers are master of the same virtual router at once, and since when. */
export const checkSplitBrain: InstanceCheck = (view) => {
  const split = findSplit(view);
  return {
    id: 'split-brain',
    title: 'One master',
    ...judge(view, split),
    evidence: [
      ...(split ? [{ what: 'Two masters since', atMs: split.sinceMs }] : []),
      ...[...(view.own ? [view.own] : []), ...view.peers].map(describeSender),
    ],
    about: { instance: view.name },
  };
};

function judge(view: InstanceView, split: Split | undefined): Judgement {
  const { obstacle, fromMs, toMs, intervalMs, addresses } = view;
  if (obstacle !== undefined) {
    return cannotTell(`The number of masters is unknown: ${obstacle}.`);
  }
  if (split) {
    const hadBegun = split.sinceMs - fromMs <= 2 * intervalMs;
    const duration = `${hadBegun ? 'at least ' : ''}${describeDuration(toMs - split.sinceMs)}`;
    return {
      verdict: 'wrong',
      sentence: `For ${duration} ${listInWords(split.masters)} have been master at once: ${listInWords(addresses)} exists twice, and clients reach now one, now the other.`,
      remedy:
        'Remove the cause that the other checks name. Until then, stop keepalived on the server that is not meant to be active.',
    };
  }
  if (toMs - fromMs < 3 * intervalMs) {
    return cannotTell(`Listened for only ${describeDuration(toMs - fromMs)} so far.`);
  }
  return judgeQuiet(view);
}

/**
 * That no second master is heard is no proof: one that is cut off is as silent as a standby. Proved is
 * what was seen: who advertises while this server stands by, or that another server is there on this
 * network and neither advertises nor answers for an address.
 */
function judgeQuiet(view: InstanceView): Judgement {
  const { state, own, peers, toMs } = view;
  const masters = peers.filter(({ last }) => last.priority > 0);
  const isAdvertising = state === 'MASTER' || (own !== undefined && isCurrent(own, toMs));
  if (!isAdvertising && masters.length > 0) {
    const names = listInWords(masters.map(({ source }) => source));
    return good(`${names} is master, and this server is not.`);
  }
  const others = findPeerSigns(view);
  if (isAdvertising && others.length > 0 && (peers.length > 0 || isOnlyAnswerOurs(view))) {
    return good(
      `This server is master. ${listInWords(others)} is there and does not claim to be master.`,
    );
  }
  return cannotTell(
    isAdvertising
      ? 'No other master sends advertisements here. That proves nothing: a standby server sends none, and those of a server that is cut off do not arrive. Look at the other server’s page: it should say Standby.'
      : 'No master sends advertisements here. There may be none, or it is cut off from this server.',
  );
}

/** Whether every virtual IPv4 address was asked for by ARP, and nobody but us answered. */
function isOnlyAnswerOurs({ addresses, asked, network }: InstanceView): boolean {
  const macs = new Set(network?.ok ? network.interfaces.map(({ macAddress }) => macAddress) : []);
  return (
    addresses.length > 0 &&
    addresses.every((wanted) =>
      asked.addressProbes?.some(
        (probe) =>
          probe.address === wanted && probe.ok && probe.macAddresses.every((mac) => macs.has(mac)),
      ),
    )
  );
}

/** The two servers that have been master together for longest. */
function findSplit(view: InstanceView): Split | undefined {
  const { own, peers, toMs } = view;
  const senders = own ? [own, ...peers] : peers;
  const nameOf = (source: string) => (source === own?.source ? `this server (${source})` : source);
  const splits = senders.flatMap((master) =>
    senders.flatMap((deaf): Split[] => {
      const sinceMs = deaf === master ? undefined : findIgnoredSince(deaf, master, toMs);
      if (sinceMs === undefined) return [];
      return [{ sinceMs, masters: [nameOf(master.source), nameOf(deaf.source)] }];
    }),
  );
  const claims = peers.flatMap((peer): Split[] => {
    const sinceMs = findClaimSince(view, peer);
    return sinceMs === undefined ? [] : [{ sinceMs, masters: ['this server', peer.source] }];
  });
  return [...splits, ...claims].toSorted((one, other) => one.sinceMs - other.sinceMs)[0];
}

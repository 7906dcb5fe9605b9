import type { Check } from './check.ts';
import { findClaimSince, findUnheededSince } from './conflict.ts';
import type { InstanceView } from './instance-view.ts';
import { describeSender } from './sender.ts';
import type { InstanceCheck } from './setting-check.ts';
import { describeDuration, listInWords } from './words.ts';

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

function judge(
  { obstacle, fromMs, toMs, intervalMs, addresses }: InstanceView,
  split: Split | undefined,
): Pick<Check, 'verdict' | 'sentence' | 'remedy'> {
  if (obstacle !== undefined) {
    return {
      verdict: 'cannot-tell',
      sentence: `How many masters there are is not known: ${obstacle}.`,
      remedy: undefined,
    };
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
    return {
      verdict: 'cannot-tell',
      sentence: `Listened for only ${describeDuration(toMs - fromMs)} so far.`,
      remedy: undefined,
    };
  }
  return {
    verdict: 'good',
    sentence: 'No two servers are master at the same time.',
    remedy: undefined,
  };
}

/** The two servers that have been master together for longest. */
function findSplit(view: InstanceView): Split | undefined {
  const { own, peers, toMs } = view;
  const senders = own ? [own, ...peers] : peers;
  const nameOf = (source: string) => (source === own?.source ? `this server (${source})` : source);
  const splits = senders.flatMap((master) =>
    senders.flatMap((deaf): Split[] => {
      const sinceMs = deaf === master ? undefined : findUnheededSince(deaf, master, toMs);
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

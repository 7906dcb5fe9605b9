import { isInAgreement } from '../agreement/agreement.ts';
import { findIgnoredSince } from '../conflict.ts';
import type { InstanceView } from '../instance-view.ts';
import { describeSender } from '../sender.ts';
import type { Sender } from '../sender.ts';
import type { InstanceCheck } from '../setting-check.ts';

/**
 * Whether two masters that agree in everything do not hear each other. The one that should give
 * way is the one that does not hear: a capture sees packets before the incoming firewall, so what
 * is captured here and not obeyed was dropped here.
 */
export const checkAdvertisementsLost: InstanceCheck = (view) => {
  const check = {
    id: 'advertisements-lost',
    title: 'Advertisements get through',
    evidence: [...view.peers, ...(view.own ? [view.own] : [])].map(describeSender),
    about: { instance: view.name },
  } as const;
  const loss = findLoss(view);
  if (loss) return { ...check, verdict: 'wrong', ...loss };
  if (view.peers.length === 0) {
    return {
      ...check,
      verdict: 'cannot-tell',
      sentence:
        'No advertisement of another server arrives, so this page can’t tell whether it receives those of this one.',
      remedy: undefined,
    };
  }
  return {
    ...check,
    verdict: 'good',
    sentence: describeTraffic(view),
    remedy: undefined,
  };
};

function describeTraffic({ peers, own }: InstanceView): string {
  const arrives = `The advertisements of ${peers[0]?.source ?? ''} arrive`;
  return own ? `${arrives}, and no two that agree are master at once.` : `${arrives}.`;
}

function findLoss(view: InstanceView): { sentence: string; remedy: string } | undefined {
  const { own, toMs } = view;
  if (!own) return undefined;
  for (const peer of view.peers.filter((candidate) => isInAgreement(view, candidate))) {
    if (findIgnoredSince(own, peer, toMs) !== undefined) return describeOwnDeafness(own, peer);
    if (findIgnoredSince(peer, own, toMs) !== undefined) return describeTheirDeafness(own, peer);
  }
  return undefined;
}

function describeOwnDeafness(own: Sender, peer: Sender) {
  return {
    sentence: `The advertisements of ${peer.source} (priority ${peer.last.priority}) reach this server’s network card, and this server (priority ${own.last.priority}) should give way to them, but keepalived does not get them: this server’s own firewall drops them.`,
    remedy: `Allow incoming packets of protocol 112 from ${peer.source} in this server’s firewall.`,
  };
}

function describeTheirDeafness(own: Sender, { source, last }: Sender) {
  return {
    sentence: `${source} (priority ${last.priority}) should give way to this server (priority ${own.last.priority}), but stays master: it does not hear this server, although its own advertisements arrive here.`,
    remedy: `On ${source}, allow incoming packets of protocol 112 from ${own.source} in its firewall. If it does, look at the switch between the two.`,
  };
}

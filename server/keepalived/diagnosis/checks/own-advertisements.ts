import { explainLine } from '../../runtime/messages/explain-message.ts';
import { isInAgreement } from '../agreement/agreement.ts';
import type { Check, CheckEvidence } from '../check.ts';
import type { InstanceView } from '../instance-view.ts';
import { describeSender, getSilenceLimitMs } from '../sender.ts';
import type { InstanceCheck } from '../setting-check.ts';
import { describeDuration } from '../words.ts';
import { findSilentUnicastPeers } from './silent-peer.ts';

/**
 * Whether a master's advertisements leave it. A capture sees them behind the outgoing firewall, and
 * keepalived logs when the kernel refuses one (measured, 2.2.7: `send advert error 1`).
 */
export const checkOwnAdvertisements: InstanceCheck = (view) => {
  const evidence = [...(view.own ? [describeSender(view.own)] : []), ...findSendErrors(view)];
  return {
    id: 'own-advertisements',
    title: 'Our own advertisements leave',
    ...judge(view),
    evidence,
    about: { instance: view.name },
  };
};

function judge(view: InstanceView): Pick<Check, 'verdict' | 'sentence' | 'remedy'> {
  const { state, stateAtMs, own, obstacle, intervalMs, interfaceName = 'the network' } = view;
  // Who has become master only now has had no time to be heard.
  const listenedMs = stateAtMs - Math.max(view.fromMs, view.stateSinceMs ?? view.fromMs);
  const tell = (verdict: 'good' | 'cannot-tell' | 'note', sentence: string) =>
    ({ verdict, sentence, remedy: undefined }) as const;
  const destination = view.unicastPeers.join(', ') || 'the multicast address';
  const remedy = `Allow outgoing packets of protocol 112 to ${destination} in this server’s firewall.`;

  if (state !== undefined && state !== 'MASTER') {
    return tell('note', 'This server is not master, so it has nothing to advertise.');
  }
  const isHeard = own !== undefined && own.last.atMs >= stateAtMs - getSilenceLimitMs(intervalMs);
  if (isHeard) return tell('good', `This server’s advertisements leave on ${interfaceName}.`);
  if (findSendErrors(view).length > 0 && state === 'MASTER') {
    return {
      verdict: 'wrong',
      sentence:
        'keepalived cannot send its advertisements: the kernel refuses them, mostly because of this server’s own firewall. The other server becomes master, too.',
      remedy,
    };
  }
  if (state === undefined) return tell('cannot-tell', 'keepalived does not say what it does.');
  if (obstacle !== undefined) return tell('cannot-tell', `This cannot be seen: ${obstacle}.`);
  if (listenedMs < getSilenceLimitMs(intervalMs)) {
    return tell(
      'cannot-tell',
      `Listened for only ${describeDuration(Math.max(0, listenedMs))} so far since it became master.`,
    );
  }
  const refused = view.foreigners.concat(view.peers.filter((peer) => !isInAgreement(view, peer)));
  if (refused.length > 0) {
    return tell(
      'cannot-tell',
      `keepalived is master, but mostly silent: each advertisement that it rejects, such as those of ${refused[0]?.source ?? ''}, restarts its wait.`,
    );
  }
  if (findSilentUnicastPeers(view).length > 0) {
    return tell('cannot-tell', 'There is nowhere to send them: the unicast peer does not answer.');
  }
  // Questions for an IPv6 address are not captured.
  if (view.peers.length === 0 && view.unicastPeers.some((peer) => peer.includes(':'))) {
    return tell(
      'cannot-tell',
      `None has left on ${interfaceName}: the unicast peer does not answer, or this server’s firewall drops them.`,
    );
  }
  const silentMs = own === undefined ? listenedMs : Math.min(listenedMs, stateAtMs - own.last.atMs);
  return {
    verdict: 'wrong',
    sentence: `keepalived is master, but for ${describeDuration(silentMs)} none of its advertisements has left on ${interfaceName}. The other server cannot hear this one and becomes master, too.`,
    remedy,
  };
}

function findSendErrors({ name, log }: InstanceView): CheckEvidence[] {
  const errors = log.filter((line) => {
    const explanation = explainLine(line);
    return explanation?.id === 'send-failed' && explanation.values['instance'] === name;
  });
  return errors
    .slice(-1)
    .map(({ message, atMs }) => ({ what: message, where: 'keepalived’s log', atMs }));
}

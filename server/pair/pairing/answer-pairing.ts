import type { Clock } from '../../shared/clock.ts';
import type { CurrentKey } from '../identity/key-keeper.ts';
import { mostServers } from '../identity/pinned-servers.ts';
import type { PinnedServer, PinnedServers } from '../identity/pinned-servers.ts';
import type { GreetingAnswer } from '../link/reception.ts';
import type { OwnPresence } from '../own-presence.ts';
import { pairProtocol } from '../wire/greetings.ts';
import type { Greeting } from '../wire/greetings.ts';
import type { InnerTls } from '../wire/inner-tls.ts';
import { isSameProof, proveAnswerer, proveAsker } from './proof.ts';
import type { CodeOnShow } from './shown-code.ts';

type PairGreeting = Extract<Greeting, { kind: 'pair' }>;

/**
 * Answers who wants to be paired: believed if it knows the code that is shown, in one of five tries.
 * @param onSpent the last try was wrong
 */
export function createPairingAnswer({
  code,
  own,
  known,
  remember,
  clock,
  version,
  onSpent,
}: {
  code: CodeOnShow;
  own: OwnPresence;
  known: Pick<PinnedServers, 'list' | 'find'>;
  remember: (server: PinnedServer) => Promise<void>;
  clock: Clock;
  version: string;
  onSpent: (address: string) => void;
}) {
  return async (
    greeting: PairGreeting,
    { fingerprint: askerKey }: Pick<InnerTls, 'fingerprint'>,
    key: CurrentKey,
    address: string,
  ): Promise<GreetingAnswer> => {
    const { id, name, urls, grant } = greeting;
    if (id === own.presence().id) return { reply: { reason: 'same-server' } };
    if (!known.find(id) && known.list().length >= mostServers) {
      return { reply: { reason: 'too-many-servers' } };
    }
    const asker = { id, name, urls, grant };
    let shownCode = '';
    const tried = code.attempt((shown) => {
      shownCode = shown;
      const facts = { code: shown, askerKey, answererKey: key.fingerprint, asker };
      return isSameProof(greeting.proof, proveAsker(facts));
    });
    switch (tried.outcome) {
      case 'none':
        return { reply: { reason: 'no-code' } };
      case 'wrong':
        if (tried.triesLeft === 0) onSpent(address);
        return { reply: { reason: 'wrong-code', triesLeft: tried.triesLeft } };
      case 'right': {
        const server = { id, name, urls, pins: [askerKey], pairedAtMs: clock.wallMs() };
        try {
          await remember({ ...server, grant: tried.grant });
        } catch {
          return { reply: { reason: 'not-stored' } };
        }
        const introduction = own.introduction(tried.grant);
        const facts = { code: shownCode, askerKey, answererKey: key.fingerprint, asker };
        return {
          reply: {
            ...{ kind: 'paired', protocol: pairProtocol, version },
            ...introduction,
            proof: proveAnswerer(facts, introduction),
          },
        };
      }
    }
  };
}

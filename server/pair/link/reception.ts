/** A connection that comes in: who is it, and what does it want? Until that is known, it is a stranger's. */
import type { Duplex } from 'node:stream';
import type { Clock } from '../../shared/clock.ts';
import type { CurrentKey } from '../identity/key-keeper.ts';
import type { PairProblem, PairTiming } from '../pair.ts';
import { boundPipe } from '../wire/bounded-pipe.ts';
import { readFirstFrame, sendFirstFrame } from '../wire/first-frame.ts';
import { anyGreetingSchema, greetingSchema, pairProtocol } from '../wire/greetings.ts';
import type { Greeting, RefusalReason, Reply } from '../wire/greetings.ts';
import { openInnerTls } from '../wire/inner-tls.ts';
import type { InnerTls } from '../wire/inner-tls.ts';
import { createAdmission } from './admission.ts';

/** What is said to a greeting, and what becomes of the connection then. */
export interface GreetingAnswer {
  reply: Exclude<Reply, { kind: 'refused' }> | { reason: RefusalReason; triesLeft?: number };
  /** undefined: it ends. */
  take?: () => Promise<void>;
}

export type AnswerGreeting = (
  greeting: Greeting,
  tls: InnerTls,
  own: CurrentKey,
  address: string,
) => GreetingAnswer | Promise<GreetingAnswer>;

export interface Reception {
  accept(pipe: Duplex, address: string): void;
  close(): void;
}

export function createReception({
  findKey,
  version,
  answer,
  timing,
  clock,
  onProblem,
}: {
  findKey: () => CurrentKey;
  version: string;
  answer: AnswerGreeting;
  timing: Pick<PairTiming, 'authenticateMs'>;
  clock: Clock;
  onProblem: (problem: PairProblem) => void;
}): Reception {
  const admission = createAdmission(clock);
  const strangers = new Set<Duplex>();

  const greet = async (inner: Duplex, address: string, release: () => void) => {
    const own = findKey();
    const bounded = boundPipe(inner, () => {
      onProblem({ kind: 'flood', sentence: `${address} sent too much before it said who it is.` });
    });
    const { pipe } = bounded;
    strangers.add(pipe);
    const late = setTimeout(() => pipe.destroy(), timing.authenticateMs);
    const settle = () => {
      clearTimeout(late);
      strangers.delete(pipe);
      release();
    };
    pipe.once('close', settle);
    const tls = await openInnerTls(pipe, 'listener', own.context);
    const { reply, take } = await findAnswer(await readFirstFrame(tls.socket), tls, own, address);
    sendFirstFrame(
      tls.socket,
      'reason' in reply ? { kind: 'refused', protocol: pairProtocol, version, ...reply } : reply,
    );
    if (take) {
      bounded.trust();
      settle();
      try {
        await take();
      } catch (error) {
        tls.socket.destroy();
        throw error;
      }
    } else tls.socket.end();
  };
  const findAnswer = (
    words: unknown,
    tls: InnerTls,
    own: CurrentKey,
    address: string,
  ): GreetingAnswer | Promise<GreetingAnswer> => {
    // Somebody sent our own words back, or this server has dialled itself.
    if (tls.fingerprint === own.fingerprint) return { reply: { reason: 'same-server' } };
    if (anyGreetingSchema.parse(words).protocol !== pairProtocol) {
      return { reply: { reason: 'protocol' } };
    }
    return answer(greetingSchema.parse(words), tls, own, address);
  };

  return {
    accept(inner, address) {
      inner.on('error', () => undefined);
      const release = admission.admit(address);
      if (!release) {
        inner.destroy();
        onProblem({
          kind: 'flood',
          sentence: `Too many connections of a pair, as from ${address}.`,
        });
        return;
      }
      greet(inner, address, release).catch(() => {
        // Whatever it was: it ends this connection, and nothing else. Strangers do not fill the log.
        inner.destroy();
        onProblem({
          kind: 'refused',
          sentence: `A connection of a pair from ${address} was refused.`,
        });
      });
    },
    close() {
      for (const pipe of strangers) pipe.destroy();
    },
  };
}

/** Reaches another server: a pipe to its page, TLS with its agent inside, and the first words. */
import type { Duplex } from 'node:stream';
import type { SecureContext } from 'node:tls';
import { boundPipe } from './bounded-pipe.ts';
import type { BoundedPipe } from './bounded-pipe.ts';
import { readFirstFrame, sendFirstFrame } from './first-frame.ts';
import { replySchema } from './greetings.ts';
import type { Greeting, Reply } from './greetings.ts';
import { openInnerTls } from './inner-tls.ts';
import type { InnerTls } from './inner-tls.ts';

export interface Reached {
  tls: InnerTls;
  trust: BoundedPipe['trust'];
  /** @returns what the other answers; rejects with a `ZodError` if it is nothing of ours */
  greet(greeting: Greeting): Promise<Reply>;
  close(): void;
}

/**
 * @param dial rejects with a `UserError`
 * @param signal ends the connection, up to the answer to the greeting
 */
export async function reach(
  dial: (signal: AbortSignal) => Promise<Duplex>,
  context: SecureContext,
  signal: AbortSignal,
): Promise<Reached> {
  const inner = await dial(signal);
  const end = () => inner.destroy();
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  const bounded = boundPipe(inner, () => undefined);
  const tls = await openInnerTls(bounded.pipe, 'dialler', context);
  return {
    tls,
    trust() {
      bounded.trust();
    },
    async greet(greeting) {
      sendFirstFrame(tls.socket, greeting);
      const reply = replySchema.parse(await readFirstFrame(tls.socket));
      signal.removeEventListener('abort', end);
      return reply;
    },
    close: () => tls.socket.destroy(),
  };
}

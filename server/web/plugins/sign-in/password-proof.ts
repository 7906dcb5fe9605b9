import type { FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { checkPassword } from '../../../access/check-password.ts';
import type { PasswordCheck } from '../../../access/check-password.ts';

declare module 'fastify' {
  interface Session {
    /** When its user last gave the password again, on the monotonic clock. */
    provedAtMs?: number;
  }
  interface FastifyRequest {
    /** Whether the user of this session gave the password again recently; the login does not count. */
    isPasswordProved(): boolean;
    /**
     * Takes the password of who is logged in. The session gets a new id then: who had stolen the old
     * one has no part in the proof.
     * @returns why it is not accepted; undefined: it is proved
     */
    provePassword(password: string): Promise<string | undefined>;
  }
}

export interface PasswordProofOptions extends PasswordCheck {
  /** Milliseconds on the monotonic clock. */
  now?: () => number;
}

const validForMs = 5 * 60_000;
/** What the session takes along. */
const kept = ['userName', 'passwordId', 'flash'];

/** Asks for the password again, to confirm what changes who is root. */
export const passwordProof = fastifyPlugin<PasswordProofOptions>((app, options, done) => {
  const { now = () => performance.now() } = options;
  app.decorateRequest('isPasswordProved', function (this: FastifyRequest) {
    const { provedAtMs } = this.session;
    return provedAtMs !== undefined && now() - provedAtMs < validForMs;
  });
  app.decorateRequest('provePassword', async function (this: FastifyRequest, password: string) {
    const { user } = this;
    if (!user) throw new Error('A password was asked of nobody: the route is public.');
    // Only who has a session of the account gets here: no stranger makes its owner wait.
    const knownPlace = 'session';
    const attempt = { accountName: user.name, address: this.ip || 'unix', knownPlace };
    const outcome = await checkPassword(options, attempt, password);
    switch (outcome.kind) {
      case 'wait':
        this.describeChange({ passwordProof: 'wait' });
        return `Too many wrong passwords. Try again in ${outcome.seconds} s.`;
      case 'refused':
        this.describeChange({ passwordProof: 'refused' });
        return 'This is not your password.';
      case 'user':
        await this.session.regenerate(kept);
        this.session.provedAtMs = now();
        this.describeChange({ passwordProof: 'proved' });
        return undefined;
    }
  });
  done();
});

import type { FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';

declare module 'fastify' {
  interface FastifyRequest {
    /** Whether the user of this session gave the password again recently; the login does not count. */
    isPasswordProved: boolean;
    /**
     * Has the agent take the password of who is logged in. The session gets a new id then: who had
     * stolen the old one has no part in the proof.
     * @returns why it is not accepted; undefined: it is proved
     */
    provePassword(password: string): Promise<string | undefined>;
  }
}

/** What the session takes along. */
const kept = ['userName', 'flash'];

/** Asks for the password again, to confirm what changes who is root. */
export const passwordProof = fastifyPlugin((app, _options, done) => {
  app.decorateRequest('isPasswordProved', false);
  app.decorateRequest('provePassword', async function (this: FastifyRequest, password: string) {
    const outcome = await this.agent.provePassword({ password });
    switch (outcome.kind) {
      case 'wait':
        this.describeChange({ passwordProof: 'wait' });
        return `Too many wrong passwords. Try again in ${outcome.seconds} s.`;
      case 'refused':
        this.describeChange({ passwordProof: 'refused' });
        return 'This is not your password.';
      case 'proved':
        await this.session.regenerate(kept);
        this.session.ticket = outcome.ticket;
        this.takeTicket(outcome.ticket);
        this.isPasswordProved = true;
        this.describeChange({ passwordProof: 'proved' });
        return undefined;
    }
  });
  done();
});

import type { FastifyReply } from 'fastify';
import fastifyPlugin from 'fastify-plugin';

/** What the log-in page is filled with. */
export interface LoginFormModel {
  userName: string;
  next: string | undefined;
  problem: string | undefined;
  /** The fields of the form that `next` names, sent by who was signed out; urlencoded. */
  held?: string | undefined;
}

declare module 'fastify' {
  interface FastifyReply {
    /** Sends the log-in page. */
    loginForm(model: LoginFormModel): Promise<FastifyReply>;
  }
}

export interface LoginFormOptions {
  /** Where the first password is, as long as nobody has changed it. */
  findFirstPasswordFile: () => string | undefined;
}

/** The log-in page, which `/login` shows, and any form that a stranger sends. */
export const loginForm = fastifyPlugin<LoginFormOptions>((app, options, done) => {
  app.decorateReply('loginForm', function (this: FastifyReply, model) {
    const firstPasswordFile = options.findFirstPasswordFile();
    return this.page('login', { title: 'Log in' }, { ...model, firstPasswordFile });
  });
  done();
});

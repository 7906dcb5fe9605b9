import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { maximumPasswordLength } from '../../../access/password-rules.ts';
import type { Tickets } from '../../agent/tickets.ts';
import { heldFormLimitBytes, readHeldForm } from '../../held-form.ts';
import type { Flash } from '../../plugins/flash.ts';
import { accountPath } from '../../plugins/sign-in/authentication.ts';
import { describeHeldForm } from './held-form.ts';

const nextSchema = z.string().max(2048).optional();
const loginQuerySchema = z.object({ next: nextSchema.catch(undefined) });
const loginFormSchema = z.strictObject({
  username: z.string().max(256),
  password: z.string().max(maximumPasswordLength),
  next: nextSchema,
  held: z.string().max(heldFormLimitBytes).optional(),
});

const notKept: Flash = {
  tone: 'info',
  text: 'A form was sent before you logged in. It was discarded and nothing was changed: you have read-only access.',
};

const notPressed: Flash = {
  tone: 'info',
  text: 'You were logged out before your click arrived. Nothing was changed. Click the button again if it is still needed.',
};

export interface LoginPageOptions {
  tickets: Pick<Tickets, 'end'>;
}

/** `/login` and `/logout`. */
export const registerLoginPage: FastifyPluginCallbackZod<LoginPageOptions> = (
  app,
  { tickets },
  done,
) => {
  app.get(
    '/login',
    { config: { access: 'public' }, schema: { querystring: loginQuerySchema } },
    async (request, reply) => {
      const { next } = request.query;
      if (request.user) return reply.redirect(app.resolveNextPage(next), 303);
      return reply.loginForm({ userName: '', next, problem: undefined });
    },
  );

  app.post(
    '/login',
    {
      config: { access: 'public', rateLimit: { max: 120, timeWindow: 60_000 } },
      schema: { body: loginFormSchema },
    },
    async (request, reply) => {
      const { username: userName, password, next, held } = request.body;
      const fields = held === undefined ? [] : readHeldForm(held);
      const device = request.findDevice();
      const result = await request.agent.signIn({ userName, password, device });
      const { outcome } = result;
      // Only a name that there is: people type their password into the wrong field.
      request.describeChange({ account: result.accountName ?? 'unknown' });
      if (outcome.kind === 'wait') {
        request.describeChange({ reason: 'wait' });
        reply.code(429).header('retry-after', outcome.seconds);
        const problem = `Too many failed logins. Try again in ${outcome.seconds} s.`;
        return reply.loginForm({ userName, next, problem, held });
      }
      if (outcome.kind === 'refused') {
        request.describeChange({ reason: 'wrong' });
        reply.code(401);
        const problem = 'The user name or the password is wrong.';
        return reply.loginForm({ userName, next, problem, held });
      }

      // A ticket that was planted in the browser before is worth nothing (fixation).
      if (request.claim.ticket !== undefined) await tickets.end(request.claim.ticket);
      reply.beginSession(outcome.user, outcome.ticket);
      if (result.device !== undefined) reply.rememberDevice(result.device);
      if (outcome.mustChoosePassword) return reply.redirect(accountPath, 303);
      const page = app.resolveNextPage(next);
      const target = held === undefined ? undefined : app.findFormTarget(next);
      if (!target) return reply.redirect(page, 303);
      if (target.access === 'admin' && outcome.user.role !== 'admin') {
        return reply.flash(notKept).redirect(app.resolveNextPage(undefined), 303);
      }
      if (fields.length === 0) return reply.flash(notPressed).redirect(page, 303);
      request.describeChange({ isDone: true, heldForm: target.action });
      return reply.page(
        'held-form',
        { title: 'You were logged out before this was sent' },
        describeHeldForm(target, fields, page),
      );
    },
  );

  app.post(
    '/logout',
    { config: { access: 'viewer', isBeforeOwnPassword: true } },
    async (request, reply) => {
      if (request.claim.ticket !== undefined) await tickets.end(request.claim.ticket);
      return reply.dropTicket().redirect('/login', 303);
    },
  );
  done();
};

import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { maximumPasswordLength } from '../../../access/password-rules.ts';
import { accountPath } from '../../plugins/sign-in/authentication.ts';
import { describeAccount, judgeRepetition } from './view-model.ts';
import type { AccountProblems } from './view-model.ts';

const accountFormSchema = z.strictObject({
  password: z.string().max(maximumPasswordLength),
  newPassword: z.string().max(10_000),
  repeatedPassword: z.string().max(10_000),
});

const config = { access: 'viewer', isBeforeOwnPassword: true } as const;

/** `/account`: everybody's own password, and where the first one is changed before anything else. */
export const registerAccountPage: FastifyPluginCallbackZod = (app, _options, done) => {
  app.get(accountPath, { config }, (request, reply) => {
    const { title, ...model } = describeAccount(request);
    return reply.page('account', { title }, model);
  });

  app.post(accountPath, { config, schema: { body: accountFormSchema } }, async (request, reply) => {
    const { password, newPassword, repeatedPassword } = request.body;
    const showAgain = (statusCode: number, problems: AccountProblems) => {
      const { title, ...model } = describeAccount(request, problems);
      return reply.code(statusCode).page('account', { title }, model);
    };
    const repetition = judgeRepetition(newPassword, repeatedPassword);
    if (repetition !== undefined) return showAgain(422, { repeatedPassword: repetition });
    const outcome = await request.agent.changePassword({ password, newPassword });
    switch (outcome.kind) {
      case 'wait':
        reply.header('retry-after', outcome.seconds);
        return showAgain(429, {
          password: `Too many wrong passwords. Try again in ${outcome.seconds} s.`,
        });
      case 'refused':
        return showAgain(422, { password: 'This is not your password.' });
      case 'unfit':
        return showAgain(422, { newPassword: `The password ${outcome.flaw}.` });
      case 'changed': {
        const wasFirst = request.mustChoosePassword;
        const text =
          'Your password was changed. Wherever else you were logged in, log in again with the new one.';
        reply.beginSession(outcome.user, outcome.ticket).flash({ tone: 'good', text });
        return reply.redirect(wasFirst ? app.resolveNextPage(undefined) : accountPath, 303);
      }
    }
  });
  done();
};

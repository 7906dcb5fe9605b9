import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { UserError } from '../../../shared/errors.ts';
import type { PageDependencies } from '../../page-dependencies.ts';
import {
  codeFormSchema,
  grantFormSchema,
  pairFormSchema,
  unpairFormSchema,
  withdrawFormSchema,
} from './form-schema.ts';
import { describePair } from './view-model.ts';
import type { PairEntry } from './view-model.ts';

const noEntry: PairEntry = { url: '', code: '', grant: 'see', error: undefined };

/** `/pair`: which servers belong together, and what each may do at the other. */
export const registerPairPage: FastifyPluginCallbackZod<Pick<PageDependencies, 'mirror'>> = (
  app,
  { mirror },
  done,
) => {
  const show = async (request: FastifyRequest, reply: FastifyReply, entry = noEntry) => {
    const { status, wallMs } = mirror.current();
    const isAdmin = request.user?.role === 'admin';
    const shown = isAdmin ? await request.agent.findPairingCode({}) : undefined;
    return reply.page(
      'pair',
      { title: 'Pair' },
      describePair(mirror.pair(), {
        ...{ status, wallMs, shown, entry },
      }),
    );
  };

  app.get('/pair', { config: { access: 'viewer' } }, (request, reply) => show(request, reply));

  app.post(
    '/pair/code',
    { config: { access: 'admin' }, schema: { body: codeFormSchema } },
    async (request, reply) => {
      await request.agent.showPairingCode(request.body);
      return reply.redirect('/pair#code', 303);
    },
  );

  app.post(
    '/pair/withdraw',
    { config: { access: 'admin' }, schema: { body: withdrawFormSchema } },
    async (request, reply) => {
      await request.agent.withdrawPairingCode({});
      return reply.flash({ tone: 'info', text: 'The code is withdrawn.' }).redirect('/pair', 303);
    },
  );

  app.post(
    '/pair/with',
    { config: { access: 'admin' }, schema: { body: pairFormSchema } },
    async (request, reply) => {
      try {
        const { name } = await request.agent.pairWith(request.body);
        const text = `This server is paired with ${name}.`;
        return await reply.flash({ tone: 'good', text }).redirect('/pair', 303);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        reply.code(error.statusCode);
        const field = isAboutPage(error) ? 'url' : 'code';
        return show(request, reply, {
          ...request.body,
          error: { field, sentence: error.message },
        });
      }
    },
  );

  app.post(
    '/pair/unpair',
    { config: { access: 'admin' }, schema: { body: unpairFormSchema } },
    async (request, reply) => {
      await request.agent.unpair(request.body);
      const text = 'The pairing has ended. keepalived goes on as before on both servers.';
      return reply.flash({ tone: 'good', text }).redirect('/pair', 303);
    },
  );

  app.post(
    '/pair/grant',
    { config: { access: 'admin' }, schema: { body: grantFormSchema } },
    async (request, reply) => {
      await request.agent.setPairGrant(request.body);
      return reply.flash({ tone: 'good', text: 'Saved.' }).redirect('/pair', 303);
    },
  );
  done();
};

function isAboutPage({ code }: UserError): boolean {
  return code === 'not-a-page' || code === 'other-server-away';
}

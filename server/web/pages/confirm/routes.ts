import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { confirmPath } from '../../view/change/apply-outcome.ts';
import { tagSchema } from '../../view/change/tag-schema.ts';
import { describeConfirm, describeUndo, kept, nothingWaits } from './view-model.ts';

const confirmFormSchema = z.strictObject({
  tag: tagSchema,
  decision: z.enum(['keep', 'go-back']),
});

/** `/keepalived/confirm`: whether a change is kept; only a new request can tell. */
export const registerConfirmPage: FastifyPluginCallbackZod = (app, _options, done) => {
  app.get(confirmPath, { config: { access: 'admin' } }, async (request, reply) =>
    reply.page(
      'confirm',
      { title: 'Keep this configuration?' },
      describeConfirm(await request.agent.findWaitingChange({})),
    ),
  );

  app.post(
    confirmPath,
    { config: { access: 'admin' }, schema: { body: confirmFormSchema } },
    async (request, reply) => {
      const { tag, decision } = request.body;
      if (decision === 'keep') {
        const wasKept = tag !== null && (await request.agent.confirmChange({ tag }));
        reply.flash(wasKept ? kept : nothingWaits);
      } else {
        const outcome = tag === null ? undefined : await request.agent.undoChange({ tag });
        reply.flash(outcome ? describeUndo(outcome) : nothingWaits);
      }
      return reply.redirect('/keepalived', 303);
    },
  );
  done();
};

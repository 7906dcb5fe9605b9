import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { PageDependencies } from '../../page-dependencies.ts';
import { getActor } from '../../view/actor.ts';
import { confirmPath } from '../../view/change/apply-outcome.ts';
import { tagSchema } from '../../view/change/tag-schema.ts';
import { describeConfirm, describeUndo, kept, nothingWaits } from './view-model.ts';

const confirmFormSchema = z.strictObject({
  tag: tagSchema,
  decision: z.enum(['keep', 'go-back']),
});

/** `/keepalived/confirm`: whether a change is kept; only a new request can tell. */
export const registerConfirmPage: FastifyPluginCallbackZod<Pick<PageDependencies, 'operations'>> = (
  app,
  { operations },
  done,
) => {
  app.get(confirmPath, { config: { access: 'admin' } }, (_request, reply) =>
    reply.page(
      'confirm',
      { title: 'Keep this configuration?' },
      describeConfirm(operations.findWaitingChange()),
    ),
  );

  app.post(
    confirmPath,
    { config: { access: 'admin' }, schema: { body: confirmFormSchema } },
    async (request, reply) => {
      const { tag, decision } = request.body;
      const actor = getActor(request);
      if (decision === 'keep') {
        const wasKept = await operations.confirmChange(tag ?? '');
        reply.flash(wasKept ? kept : nothingWaits);
      } else {
        const outcome = await operations.undoChange(tag ?? '', actor);
        reply.flash(outcome ? describeUndo(outcome) : nothingWaits);
      }
      return reply.redirect('/keepalived', 303);
    },
  );
  done();
};

import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import type { PageParts } from '../../page-parts.ts';
import { getActor } from '../../view/actor.ts';
import { describeFailure, describeSuccess, isSuccess } from '../../view/apply-outcome.ts';
import { defaultRoleFormSchema } from './form-schema.ts';
import { describeDefaultRole, describeDone, titleOf } from './view-model.ts';

/** `/keepalived/default-master` and `/keepalived/default-backup`: preview, change, confirmation. */
export const registerDefaultRolePages: FastifyPluginCallbackZod<PageParts> = (
  app,
  { operations, keeper, settings },
  done,
) => {
  const { configPath } = settings.keepalived;
  for (const role of ['master', 'backup'] as const) {
    const path = `/keepalived/default-${role}`;
    const page = { title: titleOf(role) };

    app.get(path, { config: { access: 'admin' } }, async (_request, reply) => {
      const plan = await operations.planDefaultRole(role, {});
      return reply.page('default-role', page, describeDefaultRole(plan, configPath));
    });

    app.post(
      path,
      { config: { access: 'admin' }, schema: { body: defaultRoleFormSchema } },
      async (request, reply) => {
        const { tag, intent, ...values } = request.body;
        const plan = await operations.planDefaultRole(role, values);
        if (plan.newText === undefined) reply.code(422);
        if (intent === 'preview' || plan.newText === undefined) {
          return reply.page('default-role', page, describeDefaultRole(plan, configPath));
        }
        const outcome = await operations.setDefaultRole(role, values, tag, getActor(request));
        if (isSuccess(outcome)) {
          return reply.flash(describeSuccess(outcome, configPath)).redirect(`${path}/done`, 303);
        }
        // The file may be another one now: the preview that is shown again compares with that.
        const next = await operations.planDefaultRole(role, values);
        const failure = describeFailure(outcome, plan.newText);
        reply.code(failure.statusCode);
        return reply.page('default-role', page, describeDefaultRole(next, configPath, failure));
      },
    );

    app.get(`${path}/done`, { config: { access: 'admin' } }, (_request, reply) =>
      reply.page(
        'default-role-done',
        { title: 'The configuration has changed' },
        describeDone(role, configPath, keeper.current().status),
      ),
    );
  }
  done();
};

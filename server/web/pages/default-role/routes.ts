import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import type { DefaultRolePlan } from '../../../operations/forms/default-roles.ts';
import type { PageDependencies } from '../../page-dependencies.ts';
import { getActor } from '../../view/actor.ts';
import { describeFailure, describeSuccess, isSuccess } from '../../view/change/apply-outcome.ts';
import { describeAddedCommands, readConsent, splitForm } from '../../view/change/consent.ts';
import { describeGoingBack, redirectAfterSave } from '../../view/change/going-back.ts';
import { checkPreview } from '../../view/change/preview.ts';
import type { ShownAgain } from '../../view/change/preview.ts';
import { defaultRoleFormSchema, doneQuerySchema } from './form-schema.ts';
import { describeDefaultRole, describeDone, getTitle } from './view-model.ts';

/** `/keepalived/default-master` and `/keepalived/default-backup`: preview, change, confirmation. */
export const registerDefaultRolePages: FastifyPluginCallbackZod<
  Pick<PageDependencies, 'operations' | 'keeper' | 'options'>
> = (app, { operations, keeper, options }, done) => {
  const { configPath } = options.keepalived;
  for (const role of ['master', 'backup'] as const) {
    const path = `/keepalived/default-${role}`;
    const page = { title: getTitle(role) };

    const show = (
      request: FastifyRequest,
      reply: FastifyReply,
      plan: DefaultRolePlan,
      { form, failure, passwordProblem, findings = [] }: ShownAgain = {},
    ) => {
      const goingBack = describeGoingBack(request, [plan.currentText, plan.newText], form);
      const added = plan.foresight?.addedCommands;
      const addedCommands = describeAddedCommands(request, added, passwordProblem);
      const model = describeDefaultRole(plan, configPath, { failure, findings });
      return reply.page('default-role', page, { ...model, goingBack, addedCommands });
    };

    app.get(path, { config: { access: 'admin' } }, async (request, reply) => {
      return show(request, reply, await operations.planDefaultRole(role, {}));
    });

    app.post(
      path,
      { config: { access: 'admin', hasPreview: true }, schema: { body: defaultRoleFormSchema } },
      async (request, reply) => {
        const { own, form } = splitForm(request.body);
        const { tag, intent, ...values } = own;
        if (intent === 'preview') {
          const plan = await operations.planDefaultRole(role, values, tag);
          if (plan.newText === undefined) reply.code(422);
          const findings = await checkPreview(operations, plan.newText);
          return show(request, reply, plan, { form, findings });
        }
        const actor = getActor(request);
        const { consent, passwordProblem } = await readConsent(request, form);
        const { plan, outcome } = await operations.setDefaultRole({
          ...{ role, values, expectedTag: tag, actor },
          ...consent,
        });
        if (outcome === undefined) {
          reply.code(422);
          return show(request, reply, plan, { form });
        }
        if (isSuccess(outcome)) {
          reply.flash(describeSuccess(outcome, configPath));
          return redirectAfterSave(reply, form, outcome, `${path}/done?tag=${outcome.tag}`);
        }
        const failure = describeFailure(outcome, plan.newText ?? '');
        reply.code(failure.statusCode);
        return show(request, reply, plan, { form, failure, passwordProblem });
      },
    );

    app.get(
      `${path}/done`,
      { config: { access: 'admin' }, schema: { querystring: doneQuerySchema } },
      async (request, reply) => {
        // Opened again later it would speak of a file that may be another one by now.
        const live = await operations.readConfigurationFile('live');
        if (!live.ok || live.tag !== request.query.tag) return reply.redirect('/keepalived', 303);
        return reply.page(
          'default-role-done',
          { title: 'The configuration has changed' },
          describeDone(role, configPath, keeper.current().status),
        );
      },
    );
  }
  done();
};

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import type { InstanceSettingsPlan } from '../../../operations/forms/instance-settings.ts';
import type { PageDependencies } from '../../page-dependencies.ts';
import { getActor } from '../../view/actor.ts';
import { describeFailure, describeSuccess, isSuccess } from '../../view/change/apply-outcome.ts';
import { describeAddedCommands, readConsent, splitForm } from '../../view/change/consent.ts';
import { describeGoingBack, redirectAfterSave } from '../../view/change/going-back.ts';
import { checkPreview } from '../../view/change/preview.ts';
import type { ShownAgain } from '../../view/change/preview.ts';
import { settingsFormSchema, settingsQuerySchema } from './form-schema.ts';
import { describeSettings } from './view-model.ts';

const path = '/keepalived/settings';
const page = { title: 'Settings' };

/** `/keepalived/settings`: the values of one instance as a form. */
export const registerSettingsPage: FastifyPluginCallbackZod<
  Pick<PageDependencies, 'operations' | 'options'>
> = (app, { operations, options }, done) => {
  const { configPath } = options.keepalived;
  const show = (
    request: FastifyRequest,
    reply: FastifyReply,
    plan: InstanceSettingsPlan,
    { form, failure, passwordProblem, findings = [] }: ShownAgain = {},
  ) => {
    const texts = plan.ok ? [plan.currentText, plan.newText] : [];
    const goingBack = describeGoingBack(request, texts, form);
    const foresight = plan.ok ? plan.foresight : undefined;
    const added = foresight?.addedCommands;
    return reply.page('settings', page, {
      ...describeSettings(plan, configPath, { failure, findings }),
      goingBack,
      addedCommands: describeAddedCommands(request, added, passwordProblem),
    });
  };

  app.get(
    path,
    { config: { access: 'admin' }, schema: { querystring: settingsQuerySchema } },
    async (request, reply) => {
      const plan = await operations.planInstanceSettings(request.query.instance, {});
      if (!plan.ok && request.query.instance !== undefined) reply.code(404);
      return show(request, reply, plan);
    },
  );

  app.post(
    path,
    { config: { access: 'admin', hasPreview: true }, schema: { body: settingsFormSchema } },
    async (request, reply) => {
      const { own, form } = splitForm(request.body);
      const { instance, tag: madeFrom, overwrite, intent, ...given } = own;
      const tag = overwrite ?? madeFrom;
      if (intent === 'preview') {
        const plan = await operations.planInstanceSettings(instance, given, tag);
        const text = plan.ok ? plan.newText : undefined;
        if (text === undefined) reply.code(422);
        const isChanged = plan.ok && text !== plan.currentText;
        const findings = await checkPreview(operations, isChanged ? text : undefined);
        return show(request, reply, plan, { form, findings });
      }
      const actor = getActor(request);
      const { consent, passwordProblem } = await readConsent(request, form);
      const { plan, outcome } = await operations.setInstanceSettings({
        ...{ instanceName: instance, given, expectedTag: tag, actor },
        ...consent,
      });
      const self = `${path}?instance=${encodeURIComponent(instance)}`;
      if (outcome === undefined) {
        if (plan.ok && plan.newText === plan.currentText) {
          const sentence = 'Nothing was changed: the file says this already.';
          return reply.flash({ tone: 'info', text: sentence }).redirect(self, 303);
        }
        reply.code(422);
        return show(request, reply, plan, { form });
      }
      if (isSuccess(outcome)) {
        reply.flash(describeSuccess(outcome, configPath));
        return redirectAfterSave(reply, form, outcome, self);
      }
      const failure = describeFailure(outcome, plan.ok ? (plan.newText ?? '') : '');
      reply.code(failure.statusCode);
      return show(request, reply, plan, { form, failure, passwordProblem });
    },
  );
  done();
};

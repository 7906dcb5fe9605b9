import type { FastifyRequest } from 'fastify';
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { splitFields } from '../../change-form/change-fields.ts';
import { answerChange, openChange } from '../../change-form/handle-change.ts';
import type { PageDependencies } from '../../page-dependencies.ts';
import { settingsFormSchema, settingsQuerySchema } from './form-schema.ts';
import { createSettingsPage, settingsPath } from './settings-page.ts';

/** `/keepalived/settings`: the values of one instance as a form. */
export const registerSettingsPage: FastifyPluginCallbackZod<Pick<PageDependencies, 'options'>> = (
  app,
  { options },
  done,
) => {
  const pageFor = ({ agent }: FastifyRequest) =>
    createSettingsPage(agent, options.keepalived.configPath);

  app.get(
    settingsPath,
    { config: { access: 'admin' }, schema: { querystring: settingsQuerySchema } },
    async (request, reply) => {
      const isNamed = request.query.instance !== undefined;
      return openChange({ request, reply }, pageFor(request), request.query, {
        statusOf: ({ ok }) => (!ok && isNamed ? 404 : 200),
      });
    },
  );

  app.post(
    settingsPath,
    { config: { access: 'admin', hasPreview: true }, schema: { body: settingsFormSchema } },
    async (request, reply) => {
      const { own, fields } = splitFields(request.body);
      return answerChange({ request, reply }, pageFor(request), own, fields);
    },
  );
  done();
};

import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { splitFields } from '../../change-form/change-fields.ts';
import { answerChange, openChange } from '../../change-form/handle-change.ts';
import type { PageDependencies } from '../../page-dependencies.ts';
import { settingsFormSchema, settingsQuerySchema } from './form-schema.ts';
import { createSettingsPage, settingsPath } from './settings-page.ts';

/** `/keepalived/settings`: the values of one instance as a form. */
export const registerSettingsPage: FastifyPluginCallbackZod<
  Pick<PageDependencies, 'operations' | 'options'>
> = (app, { operations, options }, done) => {
  const page = createSettingsPage(operations, options.keepalived.configPath);

  app.get(
    settingsPath,
    { config: { access: 'admin' }, schema: { querystring: settingsQuerySchema } },
    async (request, reply) => {
      const isNamed = request.query.instance !== undefined;
      return openChange({ request, reply, operations }, page, request.query, {
        statusOf: ({ ok }) => (!ok && isNamed ? 404 : 200),
      });
    },
  );

  app.post(
    settingsPath,
    { config: { access: 'admin', hasPreview: true }, schema: { body: settingsFormSchema } },
    async (request, reply) => {
      const { own, fields } = splitFields(request.body);
      return answerChange({ request, reply, operations }, page, own, fields);
    },
  );
  done();
};

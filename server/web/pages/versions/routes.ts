import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { splitFields } from '../../change-form/change-fields.ts';
import { answerChange, openChange } from '../../change-form/handle-change.ts';
import { describeComparison } from './comparison.ts';
import {
  compareQuerySchema,
  restoreFormSchema,
  versionQuerySchema,
  versionsQuerySchema,
} from './query-schema.ts';
import { createRestorePage, getKept, versionsPath } from './restore-page.ts';
import { describeVersions } from './view-model.ts';

/** `/keepalived/versions`: what the files once said, compared, downloaded, and brought back. */
export const registerVersionsPage: FastifyPluginCallbackZod = (app, _options, done) => {
  app.get(
    versionsPath,
    { config: { access: 'viewer' }, schema: { querystring: versionsQuerySchema } },
    async (request, reply) => {
      const model = describeVersions(await request.agent.listVersions({}), request.query);
      return reply.page('versions', { title: 'Versions' }, model);
    },
  );

  app.get(
    `${versionsPath}/compare`,
    { config: { access: 'viewer' }, schema: { querystring: compareQuerySchema } },
    async (request, reply) => {
      const { from, to } = request.query;
      const comparison = getKept(await request.agent.compareVersions({ from, to }));
      const model = describeComparison(comparison, request.query);
      return reply.page('compare-versions', { title: 'Compare versions' }, model);
    },
  );

  app.get(
    `${versionsPath}/text`,
    { config: { access: 'viewer' }, schema: { querystring: versionQuerySchema } },
    async (request, reply) => {
      const versionId = request.query.version;
      const { record, text } = getKept(await request.agent.readVersion({ versionId }));
      const when = new Date(record.keptAtMs).toISOString().replaceAll(/\D/g, '').slice(0, 14);
      return reply
        .type('text/plain; charset=utf-8')
        .header('content-disposition', `attachment; filename="keepalived-${when}.conf"`)
        .send(text);
    },
  );

  app.get(
    `${versionsPath}/restore`,
    { config: { access: 'admin' }, schema: { querystring: versionQuerySchema } },
    async (request, reply) => {
      return openChange({ request, reply }, createRestorePage(request.agent), request.query);
    },
  );

  app.post(
    `${versionsPath}/restore`,
    { config: { access: 'admin', hasPreview: true }, schema: { body: restoreFormSchema } },
    async (request, reply) => {
      const { own, fields } = splitFields(request.body);
      return answerChange({ request, reply }, createRestorePage(request.agent), own, fields);
    },
  );
  done();
};

import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { maskForViewers } from '../../../keepalived/secrets/mask-secrets.ts';
import { splitFields } from '../../change-form/change-fields.ts';
import { answerChange, openChange } from '../../change-form/handle-change.ts';
import type { PageDependencies } from '../../page-dependencies.ts';
import { getRole } from '../../view/role.ts';
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
export const registerVersionsPage: FastifyPluginCallbackZod<
  Pick<PageDependencies, 'operations'>
> = (app, { operations }, done) => {
  const getVersion = async (id: string) => getKept(await operations.readVersion(id));
  const restorePage = createRestorePage(operations);

  app.get(
    versionsPath,
    { config: { access: 'viewer' }, schema: { querystring: versionsQuerySchema } },
    async (request, reply) => {
      const model = describeVersions(await operations.listVersions(), request.query);
      return reply.page('versions', { title: 'Versions' }, model);
    },
  );

  app.get(
    `${versionsPath}/compare`,
    { config: { access: 'viewer' }, schema: { querystring: compareQuerySchema } },
    async (request, reply) => {
      const from = await getVersion(request.query.from);
      const { fileId } = from.record;
      const to =
        request.query.to === 'now'
          ? await operations.readConfigurationFile(fileId)
          : await getVersion(request.query.to);
      const { records } = await operations.listVersions();
      const ofFile = records.filter((record) => record.fileId === fileId);
      const model = describeComparison(
        ofFile,
        from,
        to,
        request.query,
        await operations.findSecretDefinitions(),
        getRole(request),
      );
      return reply.page('compare-versions', { title: 'Compare versions' }, model);
    },
  );

  app.get(
    `${versionsPath}/text`,
    { config: { access: 'viewer' }, schema: { querystring: versionQuerySchema } },
    async (request, reply) => {
      const { record, text } = await getVersion(request.query.version);
      const isAdmin = request.user?.role === 'admin';
      const when = new Date(record.keptAtMs).toISOString().replaceAll(/\D/g, '').slice(0, 14);
      return reply
        .type('text/plain; charset=utf-8')
        .header('content-disposition', `attachment; filename="keepalived-${when}.conf"`)
        .send(isAdmin ? text : maskForViewers(text, await operations.findSecretDefinitions()));
    },
  );

  app.get(
    `${versionsPath}/restore`,
    { config: { access: 'admin' }, schema: { querystring: versionQuerySchema } },
    async (request, reply) => {
      return openChange({ request, reply, operations }, restorePage, request.query);
    },
  );

  app.post(
    `${versionsPath}/restore`,
    { config: { access: 'admin', hasPreview: true }, schema: { body: restoreFormSchema } },
    async (request, reply) => {
      const { own, fields } = splitFields(request.body);
      return answerChange({ request, reply, operations }, restorePage, own, fields);
    },
  );
  done();
};

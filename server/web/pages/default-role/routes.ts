import type { FastifyRequest } from 'fastify';
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { splitFields } from '../../change-form/change-fields.ts';
import { answerChange, openChange } from '../../change-form/handle-change.ts';
import type { PageDependencies } from '../../page-dependencies.ts';
import { createDefaultRolePage } from './default-role-page.ts';
import { defaultRoleFormSchema, doneQuerySchema } from './form-schema.ts';
import { describeDone } from './view-model.ts';

/** `/keepalived/default-master` and `/keepalived/default-backup`: preview, change, confirmation. */
export const registerDefaultRolePages: FastifyPluginCallbackZod<
  Pick<PageDependencies, 'mirror' | 'options'>
> = (app, { mirror, options }, done) => {
  const { configPath } = options.keepalived;
  for (const role of ['master', 'backup'] as const) {
    const path = `/keepalived/default-${role}`;
    const pageFor = ({ agent }: FastifyRequest) => createDefaultRolePage(agent, role, configPath);

    app.get(path, { config: { access: 'admin' } }, async (request, reply) => {
      return openChange({ request, reply }, pageFor(request), {});
    });

    app.post(
      path,
      { config: { access: 'admin', hasPreview: true }, schema: { body: defaultRoleFormSchema } },
      async (request, reply) => {
        const { own, fields } = splitFields(request.body);
        return answerChange({ request, reply }, pageFor(request), own, fields);
      },
    );

    app.get(
      `${path}/done`,
      { config: { access: 'admin' }, schema: { querystring: doneQuerySchema } },
      async (request, reply) => {
        // Opened again later it would speak of a file that may be another one by now.
        const live = await request.agent.readConfigurationFile({ fileId: 'live' });
        if (!live.ok || live.tag !== request.query.tag) return reply.redirect('/keepalived', 303);
        return reply.page(
          'default-role-done',
          { title: 'The configuration has changed' },
          describeDone(role, configPath, mirror.current().status),
        );
      },
    );
  }
  done();
};

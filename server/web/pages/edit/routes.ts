import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { splitFields } from '../../change-form/change-fields.ts';
import { answerChange, openChange } from '../../change-form/handle-change.ts';
import { bodyLimitBytes } from '../../plugins/limits.ts';
import { createEditPage } from './edit-page.ts';
import { editFormSchema, editQuerySchema } from './form-schema.ts';

/** A form writes one byte as up to three (`%7B`); a text that is too long gets a sentence, not a 413. */
const formLimitBytes = 4 * bodyLimitBytes;

/** `/keepalived/edit`: a configuration file in an editor. */
export const registerEditPage: FastifyPluginCallbackZod = (app, _options, done) => {
  const pageFor = ({ agent }: FastifyRequest, reply: FastifyReply) =>
    createEditPage(agent, reply.allowStyles());

  app.get(
    '/keepalived/edit',
    { config: { access: 'admin' }, schema: { querystring: editQuerySchema } },
    async (request, reply) => {
      const { file, checked } = request.query;
      const options = { isChecked: checked === 'yes' };
      return openChange({ request, reply }, pageFor(request, reply), { file }, options);
    },
  );

  app.post(
    '/keepalived/edit',
    {
      bodyLimit: formLimitBytes,
      config: { access: 'admin', hasPreview: true },
      schema: { body: editFormSchema },
    },
    async (request, reply) => {
      const { own, fields } = splitFields(request.body);
      return answerChange({ request, reply }, pageFor(request, reply), own, fields);
    },
  );
  done();
};

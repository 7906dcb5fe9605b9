import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { UserError } from '../../../errors.ts';
import type { Operations } from '../../../operations/operations.ts';
import type { PageParts } from '../../page-parts.ts';
import { bodyLimitBytes } from '../../plugins/limits.ts';
import { getActor } from '../../view/actor.ts';
import { describeSuccess, isSuccess } from '../../view/apply-outcome.ts';
import { editFormSchema, editQuerySchema } from './form-schema.ts';
import { restoreLineEndings } from './line-endings.ts';
import { describeEdit, describeFailedEdit } from './view-model.ts';

const page = { title: 'Edit Config Files' };
/** A form writes one byte as up to three (`%7B`); too long a text shall get a sentence, not a 413. */
const formLimitBytes = 4 * bodyLimitBytes;

/** `/keepalived/edit`: a configuration file in an editor. */
export const registerEditPage: FastifyPluginCallbackZod<Pick<PageParts, 'operations'>> = (
  app,
  { operations },
  done,
) => {
  app.get(
    '/keepalived/edit',
    { config: { access: 'admin' }, schema: { querystring: editQuerySchema } },
    async (request, reply) => {
      const { file, checked } = request.query;
      const content = await getContent(operations, file);
      const findings =
        checked && content.ok ? await operations.checkConfiguration(file, content.text) : [];
      const files = await operations.listConfigurationFiles();
      return reply.page('edit', page, describeEdit(files, content, findings));
    },
  );

  app.post(
    '/keepalived/edit',
    {
      bodyLimit: formLimitBytes,
      config: { access: 'admin' },
      schema: { body: editFormSchema },
    },
    async (request, reply) => {
      const { file, tag } = request.body;
      const content = await getContent(operations, file);
      const text = restoreLineEndings(request.body.text, content.ok ? content.text : '');
      const outcome = await operations.applyConfiguration({
        fileId: file,
        text,
        expectedTag: tag,
        actor: getActor(request),
        action: 'edit',
        comment: '',
      });
      if (isSuccess(outcome)) {
        reply.flash(describeSuccess(outcome, content.path));
        return reply.redirect(`/keepalived/edit?file=${encodeURIComponent(file)}&checked=yes`, 303);
      }
      const files = await operations.listConfigurationFiles();
      const model = describeFailedEdit(describeEdit(files, content), { text, tag }, outcome);
      if (model.failure) reply.code(model.failure.statusCode);
      return reply.page('edit', page, model);
    },
  );
  done();
};

async function getContent(operations: Operations, id: string) {
  const content = await operations.readConfigurationFile(id);
  if (!content.ok && content.problem === 'unknown-id') {
    throw new UserError('unknown-file', content.message, { statusCode: 404 });
  }
  return content;
}

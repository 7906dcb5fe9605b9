import type { FastifyReply } from 'fastify';
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import type { ConfigurationFileContent } from '../../../appliance/appliance.ts';
import type { Finding } from '../../../keepalived/config/rules/finding.ts';
import type { Operations } from '../../../operations/operations.ts';
import { UserError } from '../../../shared/errors.ts';
import type { PageDependencies } from '../../page-dependencies.ts';
import { bodyLimitBytes } from '../../plugins/limits.ts';
import { getActor } from '../../view/actor.ts';
import { describeSuccess, isSuccess } from '../../view/change/apply-outcome.ts';
import { describeAddedCommands, readConsent } from '../../view/change/consent.ts';
import type { AddedCommandsModel } from '../../view/change/consent.ts';
import { redirectAfterSave } from '../../view/change/going-back.ts';
import { editFormSchema, editQuerySchema } from './form-schema.ts';
import { restoreLineEndings } from './line-endings.ts';
import { describeSaving } from './saving.ts';
import type { SavingModel } from './saving.ts';
import { describeEdit, describeFailedEdit, describePreview } from './view-model.ts';
import type { EditModel } from './view-model.ts';

const page = { title: 'Edit Config Files' };
/** A form writes one byte as up to three (`%7B`); a text that is too long gets a sentence, not a 413. */
const formLimitBytes = 4 * bodyLimitBytes;

/** `/keepalived/edit`: a configuration file in an editor. */
export const registerEditPage: FastifyPluginCallbackZod<Pick<PageDependencies, 'operations'>> = (
  app,
  { operations },
  done,
) => {
  const describe = async (content: ConfigurationFileContent, findings?: Finding[]) =>
    describeEdit(await operations.listConfigurationFiles(), content, {
      findings,
      version: await operations.readInstalledVersion(),
    });

  app.get(
    '/keepalived/edit',
    { config: { access: 'admin' }, schema: { querystring: editQuerySchema } },
    async (request, reply) => {
      const { file, checked } = request.query;
      const content = await getContent(operations, file);
      const findings =
        checked && content.ok ? await operations.checkConfiguration(file, content.text) : undefined;
      const model = await describe(content, findings);
      return show(reply, { ...model, ...describeSaving(request, content) });
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
      const { file, tag, intent, commands, comment } = request.body;
      const content = await getContent(operations, file);
      const text = restoreLineEndings(request.body.text, content.ok ? content.text : '');
      const saving = describeSaving(request, content, request.body);
      if (intent === 'preview') {
        const { findings, foresight } = await operations.previewConfiguration(file, text);
        const typed = { text, tag };
        const model = describePreview(await describe(content), typed, findings, foresight);
        const addedCommands = describeAddedCommands(request, foresight.addedCommands);
        return show(reply, { ...model, ...saving, addedCommands });
      }
      const { consent, passwordProblem } = await readConsent(request, request.body);
      const outcome = await operations.saveConfiguration({
        fileId: file,
        text,
        expectedTag: tag,
        actor: getActor(request),
        action: 'edit',
        comment,
        ...consent,
      });
      if (isSuccess(outcome)) {
        reply.flash(describeSuccess(outcome, content.path));
        const self = `/keepalived/edit?file=${encodeURIComponent(file)}`;
        const next = outcome.findings.length > 0 ? `${self}&checked=yes` : self;
        return redirectAfterSave(reply, request.body, outcome, next);
      }
      const base =
        outcome.kind === 'conflict' && tag !== null
          ? await operations.findKeptText(file, tag)
          : undefined;
      const model = describeFailedEdit(await describe(content), { text, tag, base }, outcome);
      if (model.failure) reply.code(model.failure.statusCode);
      const isAsked = outcome.kind === 'needs-acceptance' && outcome.addedCommands.length > 0;
      const added = isAsked ? outcome.addedCommands : commands;
      const addedCommands = describeAddedCommands(request, added, passwordProblem);
      return show(reply, { ...model, ...saving, addedCommands });
    },
  );
  done();
};

function show(
  reply: FastifyReply,
  model: EditModel & SavingModel & { addedCommands?: AddedCommandsModel | undefined },
): Promise<FastifyReply> {
  return reply.page('edit', page, { ...model, styleNonce: reply.allowStyles() });
}

async function getContent(operations: Operations, id: string): Promise<ConfigurationFileContent> {
  const content = await operations.readConfigurationFile(id);
  if (!content.ok && content.problem === 'unknown-id') {
    throw new UserError('unknown-file', content.message, { statusCode: 404 });
  }
  return content;
}

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { maskForViewers } from '../../../keepalived/secrets/mask-secrets.ts';
import type { RestorePlan } from '../../../operations/versions/restore-version.ts';
import { UserError } from '../../../shared/errors.ts';
import type { PageDependencies } from '../../page-dependencies.ts';
import { getActor } from '../../view/actor.ts';
import { describeFailure, describeSuccess, isSuccess } from '../../view/change/apply-outcome.ts';
import { describeAddedCommands, readConsent } from '../../view/change/consent.ts';
import { describeGoingBack, redirectAfterSave } from '../../view/change/going-back.ts';
import type { GoingBackForm } from '../../view/change/going-back.ts';
import { getRole } from '../../view/role.ts';
import { describeComparison } from './comparison.ts';
import {
  compareQuerySchema,
  restoreFormSchema,
  versionQuerySchema,
  versionsQuerySchema,
} from './query-schema.ts';
import { describeRestoring } from './restoring.ts';
import { describeVersions } from './view-model.ts';

const path = '/keepalived/versions';
const restorePage = { title: 'Restore a version' };

/** `/keepalived/versions`: what the files once said, compared, downloaded, and brought back. */
export const registerVersionsPage: FastifyPluginCallbackZod<
  Pick<PageDependencies, 'operations'>
> = (app, { operations }, done) => {
  const getVersion = async (id: string) => getKept(await operations.readVersion(id));
  const getPlan = async (id: string) => getKept(await operations.planRestore(id));

  app.get(
    path,
    { config: { access: 'viewer' }, schema: { querystring: versionsQuerySchema } },
    async (request, reply) => {
      const model = describeVersions(await operations.listVersions(), request.query);
      return reply.page('versions', { title: 'Versions' }, model);
    },
  );

  app.get(
    `${path}/compare`,
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
    `${path}/text`,
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
    `${path}/restore`,
    { config: { access: 'admin' }, schema: { querystring: versionQuerySchema } },
    async (request, reply) => {
      return showPlan(request, reply, await getPlan(request.query.version));
    },
  );

  app.post(
    `${path}/restore`,
    { config: { access: 'admin', hasPreview: true }, schema: { body: restoreFormSchema } },
    async (request, reply) => {
      const { version: versionId, tag, intent, ...form } = request.body;
      if (intent === 'preview') return showPlan(request, reply, await getPlan(versionId), form);
      const { consent, passwordProblem } = await readConsent(request, form);
      const restored = await operations.restoreVersion({
        versionId,
        expectedTag: tag,
        actor: getActor(request),
        ...consent,
      });
      const plan = getKept(restored.plan);
      const outcome = getKept(restored.outcome);
      const { record, text } = plan.version;
      if (isSuccess(outcome)) {
        reply.flash(describeSuccess(outcome, record.path));
        return redirectAfterSave(reply, form, outcome, path);
      }
      const failure = describeFailure(outcome, text);
      const goingBack = goingBackOf(request, plan, form);
      reply.code(failure.statusCode);
      const added = plan.foresight.addedCommands;
      const addedCommands = describeAddedCommands(request, added, passwordProblem);
      const model = { ...describeRestoring(plan, failure), goingBack, addedCommands };
      return reply.page('restore-version', restorePage, model);
    },
  );
  done();
};

/** What restoring a version will change. */
function showPlan(
  request: FastifyRequest,
  reply: FastifyReply,
  plan: RestorePlan,
  form?: GoingBackForm,
) {
  const goingBack = goingBackOf(request, plan, form);
  const addedCommands = describeAddedCommands(request, plan.foresight.addedCommands);
  const model = { ...describeRestoring(plan), goingBack, addedCommands };
  return reply.page('restore-version', restorePage, model);
}

/** undefined: nothing runs a stored file, so it cuts nobody off. */
function goingBackOf(request: FastifyRequest, plan: RestorePlan, form?: GoingBackForm) {
  const { current, version } = plan;
  if (version.record.fileId.startsWith('stored-')) return undefined;
  return describeGoingBack(request, [current.ok ? current.text : undefined, version.text], form);
}

function getKept<Value>(kept: Value | undefined): Value {
  if (kept) return kept;
  throw new UserError('unknown-version', 'There is no such version any more.', {
    statusCode: 404,
  });
}

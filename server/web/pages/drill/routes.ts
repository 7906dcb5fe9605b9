import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { bareAddress } from '../../../keepalived/addresses/addresses.ts';
import type { DrillReading } from '../../../operations/drill/read-drill.ts';
import { splitFields } from '../../change-form/change-fields.ts';
import { answerChange, openChange } from '../../change-form/handle-change.ts';
import type { OpenOptions } from '../../change-form/handle-change.ts';
import type { PageDependencies } from '../../page-dependencies.ts';
import { findOwnAddress } from '../../view/own-connection.ts';
import { drillFormSchema, drillQuerySchema, setUpFormSchema } from './form-schema.ts';
import { createDrillPage, drillPath, setUpPath, urlOf } from './set-up-page.ts';
import { describeDrill, describeOutcome } from './view-model.ts';
import type { DrillChoice } from './view-model.ts';

/** `/drill`: moves an address on purpose, and measures how long it was away. */
export const registerDrillPage: FastifyPluginCallbackZod<Pick<PageDependencies, 'options'>> = (
  app,
  { options },
  done,
) => {
  const { configPath } = options.keepalived;
  const pageFor = async (request: FastifyRequest, choice: DrillChoice) => {
    const transitions = await request.agent.readTransitions({ limit: 1_000 });
    return createDrillPage(request.agent, configPath, (reading) => ({
      ...describeDrill(reading, choice, transitions),
      ownAddress: findOwnDrillAddress(request, reading),
    }));
  };
  const show = async (
    request: FastifyRequest,
    reply: FastifyReply,
    instance: string | undefined,
    choice: DrillChoice,
    options: OpenOptions<DrillReading>,
  ) => openChange({ request, reply }, await pageFor(request, choice), { instance }, options);

  app.get(
    drillPath,
    { config: { access: 'admin' }, schema: { querystring: drillQuerySchema } },
    (request, reply) => {
      const { instance, ...choice } = request.query;
      const isMissing = ({ instanceName }: DrillReading) =>
        instance !== undefined && instanceName === undefined;
      const options = { statusOf: (reading: DrillReading) => (isMissing(reading) ? 404 : 200) };
      return show(request, reply, instance, choice, options);
    },
  );

  app.post(
    drillPath,
    { config: { access: 'admin' }, schema: { body: drillFormSchema } },
    async (request, reply) => {
      const { instance, action, way, accepted } = request.body;
      const outcome = await request.agent.runDrill({
        ...{ instanceName: instance, action, way, acceptedDangers: accepted },
      });
      if (outcome.kind === 'needs-acceptance') {
        return show(request, reply, instance, { action, way }, { statusOf: () => 409 });
      }
      return reply.flash(describeOutcome(outcome)).redirect(urlOf(instance), 303);
    },
  );

  app.post(
    setUpPath,
    { config: { access: 'admin', hasPreview: true }, schema: { body: setUpFormSchema } },
    async (request, reply) => {
      const { own, fields } = splitFields(request.body);
      const page = await pageFor(request, { way: 'priority' });
      return answerChange({ request, reply }, page, own, fields);
    },
  );
  done();
};

/** The address by which somebody is connected, if a drill would move it. */
function findOwnDrillAddress(request: FastifyRequest, reading: DrillReading): string | undefined {
  const addresses = reading.kind === 'ready' ? reading.drill.instance.addresses : [];
  return findOwnAddress(
    request,
    addresses.map(({ cidr }) => bareAddress(cidr)),
  );
}

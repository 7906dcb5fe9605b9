import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { bareAddress } from '../../../keepalived/addresses/addresses.ts';
import type { DrillReading } from '../../../operations/drill/read-drill.ts';
import type { PageDependencies } from '../../page-dependencies.ts';
import { getActor } from '../../view/actor.ts';
import { describeFailure, describeSuccess, isSuccess } from '../../view/change/apply-outcome.ts';
import { describeAddedCommands, readConsent, splitForm } from '../../view/change/consent.ts';
import { findOwnAddress } from '../../view/own-connection.ts';
import { drillFormSchema, drillQuerySchema, setUpFormSchema } from './form-schema.ts';
import { describeDrill, describeOutcome } from './view-model.ts';
import type { DrillChoice } from './view-model.ts';

const path = '/drill';
const setUpPath = `${path}/set-up`;
const page = { title: 'Failover drill' };

/** `/drill`: moves an address on purpose, and measures how long it was away. */
export const registerDrillPage: FastifyPluginCallbackZod<
  Pick<PageDependencies, 'operations' | 'keeper' | 'options'>
> = (app, { operations, keeper, options }, done) => {
  const show = (
    request: FastifyRequest,
    reply: FastifyReply,
    instance: string | undefined,
    choice: DrillChoice,
    { reading, passwordProblem }: { reading: DrillReading; passwordProblem?: string | undefined },
  ) => {
    if (instance !== undefined && reading.instanceName === undefined) reply.code(404);
    const transitions = keeper.readTransitions({ limit: 1_000 });
    const model = describeDrill(reading, choice, transitions);
    const addresses = reading.kind === 'ready' ? reading.drill.instance.addresses : [];
    const ownAddress = findOwnAddress(
      request.raw,
      addresses.map(({ cidr }) => bareAddress(cidr)),
    );
    const added = reading.kind === 'to-set-up' ? reading.setUp.foresight.addedCommands : [];
    const addedCommands = describeAddedCommands(request, added, passwordProblem);
    return reply.page('drill', page, { ...model, ownAddress, addedCommands });
  };

  app.get(
    path,
    { config: { access: 'admin' }, schema: { querystring: drillQuerySchema } },
    async (request, reply) => {
      const { instance, ...choice } = request.query;
      const reading = await operations.readDrill(instance);
      return show(request, reply, instance, choice, { reading });
    },
  );

  app.post(
    path,
    { config: { access: 'admin' }, schema: { body: drillFormSchema } },
    async (request, reply) => {
      const { instance, action, way, accepted } = request.body;
      const outcome = await operations.runDrill({
        ...{ instanceName: instance, action, way, acceptedDangers: accepted },
        actor: getActor(request),
      });
      if (outcome.kind === 'needs-acceptance') {
        reply.code(409);
        const reading = await operations.readDrill(instance);
        return show(request, reply, instance, { action, way }, { reading });
      }
      return reply.flash(describeOutcome(outcome)).redirect(urlOf(instance), 303);
    },
  );

  app.post(
    setUpPath,
    { config: { access: 'admin' }, schema: { body: setUpFormSchema } },
    async (request, reply) => {
      const { own, form } = splitForm(request.body);
      const { instance, tag } = own;
      const { consent, passwordProblem } = await readConsent(request, form);
      const { plan: reading, outcome } = await operations.setUpDrill({
        ...{ instanceName: instance, expectedTag: tag, actor: getActor(request) },
        ...consent,
      });
      if (isSuccess(outcome)) {
        reply.flash(describeSuccess(outcome, options.keepalived.configPath));
        return reply.redirect(urlOf(instance), 303);
      }
      const text = reading.kind === 'to-set-up' ? reading.setUp.newText : '';
      const failure = describeFailure(outcome, text);
      reply.code(failure.statusCode);
      const choice: DrillChoice = { way: 'priority', failure };
      return show(request, reply, instance, choice, { reading, passwordProblem });
    },
  );
  done();
};

const urlOf = (instance: string): string => `${path}?instance=${encodeURIComponent(instance)}`;

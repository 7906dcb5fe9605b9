import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import type { BootAction } from '../../../operations/service/boot-actions.ts';
import type { PageDependencies } from '../../page-dependencies.ts';
import { describeAction } from '../../view/action-flash.ts';
import { describeAnyway } from '../../view/change/anyway.ts';
import type { AnywayKind } from '../../view/change/anyway.ts';
import { createBootFormSchema } from './form-schema.ts';
import { describeBoot } from './view-model.ts';

/** The buttons that keepalived may answer with a question, and what is asked. */
const askingButtons: Partial<Record<BootAction, AnywayKind>> = {
  stop: 'stop',
  'stop-and-disable': 'stop',
  restart: 'restart',
};

/** `/boot`: services now and at boot. */
export const registerBootPage: FastifyPluginCallbackZod<
  Pick<PageDependencies, 'mirror' | 'options'>
> = (app, { mirror, options }, done) => {
  app.get('/boot', { config: { access: 'viewer' } }, (_request, reply) =>
    reply.page(
      'boot',
      { title: 'Bootup and Shutdown' },
      describeBoot(mirror.current(), mirror.pairSummary()),
    ),
  );

  app.post(
    '/boot',
    { config: { access: 'admin' }, schema: { body: createBootFormSchema(options.services) } },
    async (request, reply) => {
      const { service: chosen, action } = request.body;
      // Of one service it is clear which is meant.
      const services = options.services.length === 1 ? options.services : chosen;
      if (services.length === 0) {
        const text = 'Nothing was changed: select the check box next to a service first.';
        return reply.flash({ tone: 'bad', text }).redirect('/boot', 303);
      }
      const { accepted: acceptedDangers } = request.body;
      const outcomes = await request.agent.controlServices({ services, action, acceptedDangers });
      // A start is confirmed on the Keepalived page, as its sentence says.
      const kind = askingButtons[action];
      const asked = kind && outcomes.find((one) => one.needsConfirmation);
      for (const outcome of outcomes) if (outcome !== asked) reply.flash(describeAction(outcome));
      if (kind && asked) {
        const fields = { service: 'keepalived', action };
        const back = { path: '/boot', label: 'Return to Bootup and Shutdown' };
        reply.code(409);
        return reply.page(
          'anyway',
          { title: `${kind === 'stop' ? 'Stop' : 'Restart'} keepalived` },
          describeAnyway(kind, asked, { path: '/boot', fields, back }),
        );
      }
      return reply.redirect('/boot', 303);
    },
  );
  done();
};

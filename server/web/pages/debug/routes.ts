import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Role } from '../../../access/accounts.ts';
import { UserError } from '../../../shared/errors.ts';
import type { PageDependencies } from '../../page-dependencies.ts';
import { createFragmentFeed } from '../../updates/fragment-feed.ts';
import { describeAction } from '../../view/action-flash.ts';
import { getActor } from '../../view/actor.ts';
import { forEachRole, getRole } from '../../view/role.ts';
import { proposePassword } from './propose-password.ts';
import { writeReport } from './report-text.ts';
import { describeDebug, hideFromViewer } from './view-model.ts';

const examineFormSchema = z.strictObject({ kind: z.enum(['check', 'listen']) });
const firewallFormSchema = z.strictObject({
  kind: z.enum(['allow-vrrp', 'withdraw-vrrp']),
  instance: z.string().min(1).max(255),
  direction: z.enum(['in', 'out']),
});
const removeRuleFormSchema = z.strictObject({ rule: z.string().min(1).max(2048) });
const captureQuerySchema = z.object({ interface: z.string().min(1).max(64) });

/** Without JavaScript: how often the page reloads during an examination. */
const refreshSeconds = 2;

/** `/debug`: what is wrong, in words one can act on. */
export const registerDebugPage: FastifyPluginCallbackZod<
  Pick<PageDependencies, 'debug' | 'keeper' | 'operations'>
> = (app, { debug, keeper, operations }, done) => {
  const describe = (role: Role, options?: { whole: boolean }) =>
    describeDebug(hideFromViewer(role, debug.report()), keeper.current().wallMs, options);

  app.get('/debug', { config: { access: 'viewer' } }, async (request, reply) => {
    await debug.refreshOwnRules();
    const model = describe(getRole(request));
    return reply.page(
      'debug',
      { title: 'Debug' },
      {
        ...model,
        proposedPassword: proposePassword(),
        refreshSeconds: model.progress && refreshSeconds,
      },
    );
  });

  app.post(
    '/debug/examine',
    { config: { access: 'admin' }, schema: { body: examineFormSchema } },
    (request, reply) => {
      const { kind } = request.body;
      if (!debug.begin(kind)) {
        reply.flash({
          tone: 'bad',
          text: 'There is nothing to check: no VRRP instance is configured on this server.',
        });
      }
      return reply.redirect('/debug', 303);
    },
  );

  app.post(
    '/debug/firewall',
    { config: { access: 'admin' }, schema: { body: firewallFormSchema } },
    async (request, reply) => {
      const { kind, instance, direction } = request.body;
      const { ok, sentence, reports } =
        kind === 'allow-vrrp'
          ? await operations.allowVrrp(instance, direction, getActor(request))
          : await operations.withdrawVrrp(instance, direction, getActor(request));
      const report = reports.find(({ result }) => result !== 'ok') ?? reports.at(-1);
      reply.flash(describeAction({ ok, sentence, report }));
      // What was read and heard before is of another firewall.
      debug.beginAnew('check');
      return reply.redirect('/debug', 303);
    },
  );

  // Also for a rule whose instance is gone, which no check offers to remove.
  app.post(
    '/debug/firewall/remove',
    { config: { access: 'admin' }, schema: { body: removeRuleFormSchema } },
    async (request, reply) => {
      const { rule } = request.body;
      request.describeChange({ rule });
      const { ok, sentence, reports } = await operations.removeOwnFirewallRule(
        rule,
        getActor(request),
      );
      const report = reports.find(({ result }) => result !== 'ok') ?? reports.at(-1);
      reply.flash(describeAction({ ok, sentence, report }));
      debug.beginAnew('check');
      return reply.redirect('/debug', 303);
    },
  );

  const feeds = forEachRole((role) =>
    createFragmentFeed(
      (listener) => debug.watch(listener),
      () =>
        app.renderFragment('debug-live', {
          ...describe(role),
          page: { csrfToken: '', user: { role } },
        }),
    ),
  );
  app.get(
    '/debug/events',
    { config: { access: 'viewer' }, exposeHeadRoute: false },
    (request, reply) => {
      feeds[getRole(request)].open(reply);
    },
  );

  app.get('/debug/report.txt', { config: { access: 'viewer' } }, (request, reply) => {
    const { hostName, wallMs } = keeper.current();
    return reply
      .type('text/plain; charset=utf-8')
      .header('content-disposition', `inline; filename="${fileNameOf(`debug-${hostName}.txt`)}"`)
      .send(writeReport(describe(getRole(request), { whole: true }), hostName, wallMs));
  });

  // What was captured has passwords in clear (VRRP version 2).
  app.get(
    '/debug/capture',
    { config: { access: 'admin' }, schema: { querystring: captureQuerySchema } },
    (request, reply) => {
      const interfaceName = request.query.interface;
      const pcap = debug.findPcap(interfaceName);
      if (!pcap) {
        throw new UserError('no-capture', 'Nothing has been captured on this interface.', {
          statusCode: 404,
        });
      }
      request.log.info({ ...getActor(request), interfaceName }, 'download of a capture');
      const fileName = fileNameOf(`${keeper.current().hostName}-${interfaceName}.pcap`);
      return reply
        .type('application/vnd.tcpdump.pcap')
        .header('content-disposition', `attachment; filename="${fileName}"`)
        .send(pcap);
    },
  );
  done();
};

const fileNameOf = (text: string): string => text.replace(/[^\w.-]/g, '_');

import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Role } from '../../../access/accounts.ts';
import { UserError } from '../../../shared/errors.ts';
import type { AgentCalls } from '../../agent/agent-calls.ts';
import type { PageDependencies } from '../../page-dependencies.ts';
import { createFragmentFeed } from '../../updates/fragment-feed.ts';
import { describeAction } from '../../view/action-flash.ts';
import { forEachRole, getRole } from '../../view/role.ts';
import { proposePassword } from './propose-password.ts';
import { writeReport } from './report-text.ts';
import { describeDebug } from './view-model.ts';
import type { DebugModel } from './view-model.ts';

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

export interface DebugPageOptions extends Pick<PageDependencies, 'mirror'> {
  /** Calls back when a report has news. Returns the function that ends it. */
  followDebug: (onNews: () => void) => () => void;
}

/** `/debug`: what is wrong, in words one can act on. */
export const registerDebugPage: FastifyPluginCallbackZod<DebugPageOptions> = (
  app,
  { mirror, followDebug },
  done,
) => {
  const describe = async (
    agent: Pick<AgentCalls, 'readDebugReport'>,
    role: Role,
    { withOwnRules = false, whole = false } = {},
  ): Promise<DebugModel> => {
    const report = await agent.readDebugReport({ withOwnRules, forRole: role });
    return describeDebug(report, mirror.current().wallMs, { whole });
  };

  app.get('/debug', { config: { access: 'viewer' } }, async (request, reply) => {
    const model = await describe(request.agent, getRole(request), { withOwnRules: true });
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
    async (request, reply) => {
      const { kind } = request.body;
      if (!(await request.agent.examine({ kind }))) {
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
          ? await request.agent.allowVrrp({ instanceName: instance, direction })
          : await request.agent.withdrawVrrp({ instanceName: instance, direction });
      const report = reports.find(({ result }) => result !== 'ok') ?? reports.at(-1);
      reply.flash(describeAction({ ok, sentence, report }));
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
      const { ok, sentence, reports } = await request.agent.removeOwnFirewallRule({
        removal: rule,
      });
      const report = reports.find(({ result }) => result !== 'ok') ?? reports.at(-1);
      reply.flash(describeAction({ ok, sentence, report }));
      return reply.redirect('/debug', 303);
    },
  );

  const feeds = forEachRole((role) =>
    createFragmentFeed(followDebug, async (agent) =>
      app.renderFragment('debug-live', {
        ...(await describe(agent, role)),
        page: { csrfToken: '', user: { role } },
      }),
    ),
  );
  app.get(
    '/debug/events',
    { config: { access: 'viewer' }, exposeHeadRoute: false },
    (request, reply) => {
      feeds[getRole(request)].open(request, reply);
    },
  );

  app.get('/debug/report.txt', { config: { access: 'viewer' } }, async (request, reply) => {
    const { hostName, wallMs } = mirror.current();
    const model = await describe(request.agent, getRole(request), { whole: true });
    return reply
      .type('text/plain; charset=utf-8')
      .header('content-disposition', `inline; filename="${fileNameOf(`debug-${hostName}.txt`)}"`)
      .send(writeReport(model, hostName, wallMs));
  });

  // What was captured has passwords in clear (VRRP version 2).
  app.get(
    '/debug/capture',
    { config: { access: 'admin' }, schema: { querystring: captureQuerySchema } },
    async (request, reply) => {
      const interfaceName = request.query.interface;
      const pcap = await request.agent.findCapture({ interfaceName });
      if (!pcap) {
        throw new UserError('no-capture', 'Nothing has been captured on this interface.', {
          statusCode: 404,
        });
      }
      const reader = { userName: request.user?.name, remoteAddress: request.ip || 'unix' };
      request.log.info({ ...reader, interfaceName }, 'download of a capture');
      const fileName = fileNameOf(`${mirror.current().hostName}-${interfaceName}.pcap`);
      return reply
        .type('application/vnd.tcpdump.pcap')
        .header('content-disposition', `attachment; filename="${fileName}"`)
        .send(Buffer.from(pcap));
    },
  );
  done();
};

const fileNameOf = (text: string): string => text.replace(/[^\w.-]/g, '_');

import { randomUUID } from 'node:crypto';
import type http from 'node:http';
import fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { createLogLimit } from './log/log-limit.ts';
import { createLoggerOptions, logWithheld } from './log/logger-options.ts';
import type { LogDestination } from './log/logger-options.ts';
import type { ProgramOptions } from './program-options.ts';
import type { Certificate } from './shared/certificate.ts';
import { createAgentCalls } from './web/agent/agent-calls.ts';
import type { AgentPort } from './web/agent/agent-port.ts';
import { createMirror } from './web/agent/mirror.ts';
import { createTickets } from './web/agent/tickets.ts';
import { registerConfigurationCheck } from './web/api/configuration-check.ts';
import { registerHealth } from './web/api/health.ts';
import { registerMetrics } from './web/api/metrics.ts';
import { registerApi } from './web/api/routes.ts';
import { createEdgeOptions, isBehindProxy } from './web/edge/edge-options.ts';
import { findProxyWarning } from './web/edge/proxy-warning.ts';
import { createProxyTrust } from './web/edge/trusted-proxies.ts';
import { listenForLinks } from './web/links/link-listener.ts';
import { FailedRequestLog } from './web/log.ts';
import { registerAccountPage } from './web/pages/account/routes.ts';
import { registerBootPage } from './web/pages/boot/routes.ts';
import { registerConfirmPage } from './web/pages/confirm/routes.ts';
import { registerDebugPage } from './web/pages/debug/routes.ts';
import { registerDefaultRolePages } from './web/pages/default-role/routes.ts';
import { registerDrillPage } from './web/pages/drill/routes.ts';
import { registerEditPage } from './web/pages/edit/routes.ts';
import { registerFailoversPage } from './web/pages/failovers/routes.ts';
import { registerKeepalivedPage } from './web/pages/keepalived/routes.ts';
import { registerLoginPage } from './web/pages/login/routes.ts';
import { registerLogsPage } from './web/pages/logs/routes.ts';
import { registerPairPage } from './web/pages/pair/routes.ts';
import { registerSettingsPage } from './web/pages/settings/routes.ts';
import { registerVersionsPage } from './web/pages/versions/routes.ts';
import { audit } from './web/plugins/audit.ts';
import { basePathBorder } from './web/plugins/base-path.ts';
import { errors } from './web/plugins/errors.ts';
import { eventStreams } from './web/plugins/event-streams.ts';
import type { StreamLimits } from './web/plugins/event-streams.ts';
import { flash } from './web/plugins/flash.ts';
import { hostCheck } from './web/plugins/host-check.ts';
import { bodyLimitBytes, limits } from './web/plugins/limits.ts';
import type { OverloadOptions } from './web/plugins/overload.ts';
import { refuseMalformedUrl, securityHeaders } from './web/plugins/security-headers.ts';
import { authentication } from './web/plugins/sign-in/authentication.ts';
import { cookieBorder } from './web/plugins/sign-in/cookie-border.ts';
import { csrf } from './web/plugins/sign-in/csrf.ts';
import { knownDevices } from './web/plugins/sign-in/known-devices.ts';
import { loginForm } from './web/plugins/sign-in/login-form.ts';
import { originCheck } from './web/plugins/sign-in/origin-check.ts';
import { session } from './web/plugins/sign-in/session.ts';
import { staticFiles } from './web/plugins/static.ts';
import { views } from './web/plugins/views.ts';
import { createServerFactory } from './web/server-factory.ts';
import { createStatusUpdates } from './web/updates/status-updates.ts';

export interface AppOptions {
  options: ProgramOptions;
  /** Whom everything is asked that has power or secrets. */
  agent: AgentPort;
  /** Signs the cookies. */
  secret: string;
  /** Undefined: plain HTTP. */
  certificate: Certificate | undefined;
  hostName: () => string;
  /** This machine's names and addresses as of now. */
  listOwnHosts: () => string[];
  log: LogDestination;
  /** How many event streams may be open; default: what a pair's administrators need. */
  streamLimits?: StreamLimits;
  /** When the machine cannot keep up and requests are refused; default: after two seconds. */
  overload?: OverloadOptions;
}

const startPage = '/keepalived';
const navigation = [
  { label: 'Keepalived', href: '/keepalived' },
  { label: 'Keepalived Log', href: '/logs' },
  { label: 'Bootup and Shutdown', href: '/boot' },
  { label: 'Debug', href: '/debug' },
  { label: 'Pair', href: '/pair' },
];

/** The whole web application: its plugins and pages, in the order in which a request meets them. */
export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const { options: settings, agent, secret } = options;
  const tls = options.certificate !== undefined;
  const logLimit = createLogLimit();
  const { basePath } = settings;
  const isProxy = createProxyTrust(settings.trustedProxies);
  const cookieScope = { secret, tls, basePath };
  const mirror = createMirror(agent);
  const makeCalls = createAgentCalls(agent, () => mirror.look());
  const tickets = createTickets(agent, (ticket) => makeCalls({ ticket, address: 'none' }));
  const updates = createStatusUpdates(mirror);
  const app: FastifyInstance = fastify<http.Server>({
    ...createEdgeOptions(settings),
    serverFactory: createServerFactory(options.certificate, {
      isProxy,
    }),
    bodyLimit: bodyLimitBytes,
    genReqId: () => randomUUID(),
    logger: createLoggerOptions(options.log, logLimit),
    logController: new FailedRequestLog(),
    frameworkErrors: refuseMalformedUrl,
  });

  await app.register(errors);
  await app.register(securityHeaders, { tls });
  await app.register(basePathBorder, { basePath });
  await app.register(limits, options.overload ?? {});
  await app.register(hostCheck, {
    allowedHosts: settings.allowedHosts,
    listOwnHosts: options.listOwnHosts,
  });
  await app.register(originCheck, { tls });
  await app.register(session, cookieScope);
  await app.register(knownDevices, cookieScope);
  await app.register(authentication, { tickets, makeCalls, startPage });
  await app.register(csrf, cookieScope);
  if (isBehindProxy(settings)) await app.register(cookieBorder, { basePath });
  await app.register(flash);
  await app.register(audit);
  await app.register(views, {
    ...{ hostName: options.hostName, listWarnings: mirror.warnings, navigation, basePath },
    findConnectionWarning: (request) => findProxyWarning(request, isProxy),
  });
  await app.register(loginForm, { findFirstPasswordFile: mirror.firstPasswordFile });
  await app.register(eventStreams, { tickets, limits: options.streamLimits });
  await app.register(staticFiles);
  await app.register(registerHealth);
  await app.register(registerMetrics, { mirror, options: settings });
  const sums = setInterval(() => {
    logWithheld(app.log, logLimit);
  }, 60_000).unref();
  app.addHook('onClose', (_app, next) => {
    clearInterval(sums);
    logWithheld(app.log, logLimit);
    next();
  });
  const endLinks = listenForLinks(app.server, {
    ...{ basePath, isProxy },
    openCarrier: (address) => agent.openLink(address),
    findProblem: () => agent.findProblem(),
  });
  app.addHook('preClose', (next) => {
    endLinks();
    updates.close();
    mirror.close();
    next();
  });

  // The zod compilers belong to the pages only: plugins bring JSON schemas of their own.
  await app.register(async (scope) => {
    const pages = scope.withTypeProvider<ZodTypeProvider>();
    pages.setValidatorCompiler(validatorCompiler);
    pages.setSerializerCompiler(serializerCompiler);

    pages.get('/', { config: { access: 'viewer' } }, (_request, reply) =>
      reply.redirect(startPage, 303),
    );
    await pages.register(registerLoginPage, { tickets });
    await pages.register(registerAccountPage);
    await pages.register(registerApi, { mirror, updates, basePath });
    await pages.register(registerKeepalivedPage, { mirror, updates });
    await pages.register(registerFailoversPage, { mirror });
    await pages.register(registerDefaultRolePages, { mirror, options: settings });
    await pages.register(registerSettingsPage, { options: settings });
    await pages.register(registerDrillPage, { options: settings });
    await pages.register(registerEditPage);
    await pages.register(registerVersionsPage);
    await pages.register(registerConfirmPage);
    await pages.register(registerConfigurationCheck);
    await pages.register(registerLogsPage, {
      mirror,
      followLog: (onLines) => agent.follow('log', onLines),
    });
    await pages.register(registerDebugPage, {
      mirror,
      followDebug: (onNews) => agent.follow('debug', onNews),
    });
    await pages.register(registerPairPage, { mirror });
    await pages.register(registerBootPage, { mirror, options: settings });
  });
  // Not a look: nobody reads yet, and who rests is not woken.
  await mirror.untilTold;
  return app;
}

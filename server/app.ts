import { randomUUID } from 'node:crypto';
import type http from 'node:http';
import fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Accounts } from './access/accounts.ts';
import { createBasicCredentials } from './access/basic-credentials.ts';
import { createLoginThrottle } from './access/login-throttle.ts';
import type { Certificate } from './shared/certificate.ts';
import { registerConfigurationCheck } from './web/api/configuration-check.ts';
import { registerHealth } from './web/api/health.ts';
import { registerMetrics } from './web/api/metrics.ts';
import { registerApi } from './web/api/routes.ts';
import { createEdgeOptions, isBehindProxy } from './web/edge/edge-options.ts';
import { findProxyWarning } from './web/edge/proxy-warning.ts';
import { createProxyTrust } from './web/edge/trusted-proxies.ts';
import { createLogLimit } from './web/log-limit.ts';
import { createLoggerOptions, FailedRequestLog, logWithheld } from './web/log.ts';
import type { LogDestination } from './web/log.ts';
import type { PageDependencies } from './web/page-dependencies.ts';
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
import { passwordProof } from './web/plugins/sign-in/password-proof.ts';
import { session } from './web/plugins/sign-in/session.ts';
import { staticFiles } from './web/plugins/static.ts';
import { views } from './web/plugins/views.ts';
import { createServerFactory } from './web/server-factory.ts';
import { createStatusUpdates } from './web/updates/status-updates.ts';

export interface AppOptions extends PageDependencies {
  accounts: Accounts;
  /** The file with the first password of `admin`, as long as there is one. */
  findFirstPasswordFile: () => string | undefined;
  /** Signs the session cookies. */
  sessionSecret: string;
  /** Undefined: plain HTTP. */
  certificate: Certificate | undefined;
  hostName: () => string;
  /** What makes this page less safe than it should be; administrators are told on every page. */
  listWarnings: () => string[];
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
];

/** The whole web application: its plugins and pages, in the order in which a request meets them. */
export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const { options: settings, accounts, operations, debug, keeper } = options;
  const tls = options.certificate !== undefined;
  const logLimit = createLogLimit();
  const { basePath } = settings;
  const isProxy = createProxyTrust(settings.trustedProxies);
  const cookieScope = { secret: options.sessionSecret, tls, basePath };
  const throttle = createLoginThrottle();
  const basicCredentials = createBasicCredentials({ accounts, throttle });
  const updates = createStatusUpdates(keeper);
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
  await app.register(authentication, { accounts, basicCredentials, startPage });
  await app.register(passwordProof, { accounts, throttle });
  await app.register(csrf, cookieScope);
  if (isBehindProxy(settings)) await app.register(cookieBorder, { basePath });
  await app.register(flash);
  await app.register(audit);
  await app.register(views, {
    ...{ hostName: options.hostName, listWarnings: options.listWarnings, navigation, basePath },
    findConnectionWarning: (request) => findProxyWarning(request, isProxy),
  });
  await app.register(loginForm, { findFirstPasswordFile: options.findFirstPasswordFile });
  await app.register(eventStreams, { accounts, limits: options.streamLimits });
  await app.register(staticFiles);
  await app.register(registerHealth);
  await app.register(registerMetrics, { keeper, options: settings });
  const sums = setInterval(() => {
    logWithheld(app.log, logLimit);
  }, 60_000).unref();
  app.addHook('onClose', (_app, next) => {
    clearInterval(sums);
    logWithheld(app.log, logLimit);
    next();
  });
  app.addHook('preClose', (next) => {
    updates.close();
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
    await pages.register(registerLoginPage, { accounts, throttle });
    await pages.register(registerApi, { keeper, updates, basePath });
    await pages.register(registerKeepalivedPage, { operations, updates });
    await pages.register(registerFailoversPage, { keeper });
    await pages.register(registerDefaultRolePages, { operations, keeper, options: settings });
    await pages.register(registerSettingsPage, { operations, options: settings });
    await pages.register(registerDrillPage, { operations, keeper, options: settings });
    await pages.register(registerEditPage, { operations });
    await pages.register(registerVersionsPage, { operations });
    await pages.register(registerConfirmPage, { operations });
    await pages.register(registerConfigurationCheck, { operations });
    await pages.register(registerLogsPage, { operations, keeper });
    await pages.register(registerDebugPage, { debug, keeper, operations });
    await pages.register(registerBootPage, { operations, keeper, options: settings });
  });
  return app;
}

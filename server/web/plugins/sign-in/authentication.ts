import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import type { User } from '../../../access/accounts.ts';
import type { Claim } from '../../../agent/caller.ts';
import { UserError } from '../../../shared/errors.ts';
import type { AgentCalls } from '../../agent/agent-calls.ts';
import type { Tickets } from '../../agent/tickets.ts';
import { isForPrograms } from '../../audience.ts';
import { receiveHeldForm } from '../../held-form.ts';
import { isAskedByItself } from './asked-by-itself.ts';

/** Where everybody changes their own password. */
export const accountPath = '/account';

/** Who may use a route. What a viewer may, an admin may too. */
type RouteAccess = 'public' | 'viewer' | 'admin';

/** A line of the table route × role. */
interface RouteRule {
  method: string;
  url: string;
  access: RouteAccess | undefined;
  hasPreview: boolean;
}

/** A route of ours that takes a form. */
export interface FormTarget {
  /** Path and query. */
  action: string;
  access: RouteAccess | undefined;
  hasPreview: boolean;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Every route must say it: a route without it fails the build of the app. */
    access?: RouteAccess;
    /** The route takes a form, and `intent=preview` shows it again and changes nothing. */
    hasPreview?: boolean;
    /** The route is also for who has logged in with the first password. */
    isBeforeOwnPassword?: boolean;
  }
  interface FastifyRequest {
    /** Who is logged in. */
    user: User | undefined;
    /** Logged in with the first password: only another can be chosen. */
    mustChoosePassword: boolean;
    /** What the agent is told of who asks: the ticket names the session of who is logged in. */
    claim: Claim;
    /** What can be asked of the agent, in the name of who is logged in. */
    agent: AgentCalls;
  }
  interface FastifyReply {
    /** Goes on in the session of a sign-in, or of a new password; the browser keeps its ticket. */
    beginSession(user: User, ticket: string): FastifyReply;
  }
  interface FastifyInstance {
    /** The table route × role: every route that there is, and who may use it. */
    listRouteRules(): RouteRule[];
    /** `next` if it is a page of ours, else the start page: never another site. */
    resolveNextPage(next: string | undefined): string;
    /** Where `next` takes a form, if that is a route of ours: never another site. */
    findFormTarget(next: string | undefined): FormTarget | undefined;
  }
}

export interface AuthenticationOptions {
  tickets: Tickets;
  makeCalls: (claim: Claim) => AgentCalls;
  startPage: string;
}

/**
 * Keeps the one table route × role, made of each route's `config.access`, and refuses whoever may
 * not: to the login page (303; with what was typed, if it was a form), or 401 where programs ask; 403
 * for a role that is too small. Comes after the session plugin.
 */
export const authentication = fastifyPlugin<AuthenticationOptions>((app, options, done) => {
  const { tickets, makeCalls } = options;
  const routes: RouteOptions[] = [];
  const listRouteRules = () => routes.flatMap(describeRoute);
  app.decorate('listRouteRules', listRouteRules);
  app.addHook('onRoute', (route) => void routes.push(route));
  // Not in onRoute: a scope's own hook, which runs later, may set the access of all its routes.
  app.addHook('onReady', (ready) => {
    const undeclared = listRouteRules().filter(({ access }) => access === undefined);
    const names = undeclared.map(({ method, url }) => `${method} ${url}`);
    ready(names.length > 0 ? new Error(`No config.access: ${names.join(', ')}`) : undefined);
  });

  app.decorateRequest('user', undefined);
  app.decorateRequest('mustChoosePassword', false);
  app.decorateRequest('claim');
  app.decorateRequest('agent');
  app.decorateReply('beginSession', function (this: FastifyReply, user: User, ticket: string) {
    this.request.user = user;
    // Who holds the calls already goes on with the new one.
    this.request.claim.ticket = ticket;
    return this.keepTicket(ticket);
  });
  app.addHook('onRequest', async (request, reply) => {
    // Over a unix socket there is no address.
    request.claim = { address: request.ip || 'unix' };
    request.agent = makeCalls(request.claim);
    const ticket = request.readTicket();
    request.user =
      ticket === undefined
        ? await findProgramUser(request, reply)
        : await findSessionUser(request, ticket, tickets);
    const { access: ownAccess, isBeforeOwnPassword } = request.routeOptions.config;
    const access = request.is404 ? 'public' : ownAccess;
    if (access === 'public') return;
    if (!request.user) return refuseStranger(request, reply);
    if (request.mustChoosePassword && !isBeforeOwnPassword) return askForPassword(request, reply);
    if (access !== 'viewer' && request.user.role !== 'admin') {
      throw new UserError('not-allowed', 'You have read-only access.', {
        statusCode: 403,
      });
    }
  });

  app.decorate('resolveNextPage', (next) => {
    const url = findOwnUrl(next);
    const isOurPage = listRouteRules().some((rule) => rule.url === url?.pathname && isPage(rule));
    return url && isOurPage ? url.pathname + url.search : options.startPage;
  });
  app.decorate('findFormTarget', (next) => {
    const url = findOwnUrl(next);
    const rule = listRouteRules().find((one) => one.url === url?.pathname && takesForm(one));
    if (!url || !rule) return undefined;
    const { access, hasPreview } = rule;
    return { action: url.pathname + url.search, access, hasPreview };
  });
  done();
});

function describeRoute({ method, url, config }: RouteOptions): RouteRule[] {
  const { access, hasPreview = false } = config ?? {};
  return [method].flat().map((one) => ({ method: one, url, access, hasPreview }));
}

/** As a browser would resolve it: `//evil` and `/\evil` lead to another host. */
function findOwnUrl(next: string | undefined): URL | undefined {
  const base = 'http://this.invalid';
  if (next === undefined || !URL.canParse(next, base)) return undefined;
  const url = new URL(next, base);
  return url.origin === base ? url : undefined;
}

function isPage({ method, url, access }: RouteRule): boolean {
  return method === 'GET' && access !== 'public' && !isForPrograms(url);
}

function takesForm({ method, url, access }: RouteRule): boolean {
  return method === 'POST' && access !== 'public' && !isForPrograms(url);
}

/** The agent knows which sessions still last. */
async function findSessionUser(
  request: FastifyRequest,
  ticket: string,
  tickets: Tickets,
): Promise<User | undefined> {
  const signedIn = await tickets.find(ticket, !isAskedByItself(request));
  // The browser keeps a ticket that is over: to have it forgotten could hit the one of a new login.
  if (!signedIn) return undefined;
  request.claim.ticket = ticket;
  request.mustChoosePassword = signedIn.mustChoosePassword === true;
  return signedIn.user;
}

/** Credentials that a browser may add by itself must not change anything, so only reading is granted. */
async function findProgramUser(
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<User | undefined> {
  const { authorization } = request.headers;
  const isReading = request.method === 'GET' || request.method === 'HEAD';
  if (authorization === undefined || !isReading || !isForPrograms(request.url)) return undefined;
  const outcome = await request.agent.signInProgram({ header: authorization });
  switch (outcome.kind) {
    case 'user':
      request.claim.ticket = outcome.ticket;
      return outcome.user;
    case 'refused':
      request.log.info({ remoteAddress: request.ip }, 'credentials refused');
      return undefined;
    case 'first-password':
      throw new UserError(
        'first-password',
        'This is the first password, and it opens nothing but the page where another is chosen. Log in with a browser, choose your own, and use that here.',
        { statusCode: 403 },
      );
    case 'wait':
      reply.header('retry-after', outcome.seconds);
      throw new UserError('too-many-attempts', `Try again in ${outcome.seconds} s.`, {
        statusCode: 429,
      });
  }
}

/** To the page where it is chosen; what was sent is not done. */
function askForPassword(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (request.method === 'GET' && !isForPrograms(request.url)) {
    return reply.redirect(accountPath, 303);
  }
  throw new UserError(
    'first-password',
    'You logged in with the first password. Nothing was done. Open this page’s address again and choose your own password first.',
    { statusCode: 403 },
  );
}

async function refuseStranger(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  if (isForPrograms(request.url)) {
    // A browser would ask for a password with a window of its own, in the middle of our page.
    if (request.headers['sec-fetch-mode'] === undefined) {
      reply.header('www-authenticate', 'Basic realm="keepalived-wai", charset="UTF-8"');
    }
    throw new UserError('not-logged-in', 'Log in first.', { statusCode: 401 });
  }
  const held = await receiveHeldForm(request);
  if (held !== undefined) {
    const next = request.url;
    return reply.code(401).loginForm({ userName: '', next, problem: undefined, held });
  }
  return reply.redirect(`/login?next=${encodeURIComponent(request.url)}`, 303);
}

import type { FastifyReply, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { maskSecrets } from '../../keepalived/secrets/mask-secrets.ts';
import { isChange } from '../log.ts';
import { listFlashes } from './flash.ts';

interface ChangeFacts extends Record<string, unknown> {
  /** It was done, though it is answered with a page. */
  isDone?: boolean;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Adds to what the log says of a request that changes something. Never a secret. */
    describeChange(facts: ChangeFacts): void;
  }
}

/**
 * done: it answered with a success · shown: a page was shown, for a preview or a question, and nothing
 * was changed · refused: nothing was changed · failed: it was tried, and did not work.
 */
type AuditOutcome = 'done' | 'shown' | 'refused' | 'failed';

/** The fields of forms that say what is asked for. No other is ever written: not what was typed. */
const toldFields = [
  ...['action', 'decision', 'direction', 'file', 'fileId', 'id', 'instance', 'intent', 'kind'],
  ...['role', 'service', 'startAnyway', 'version', 'way'],
];
const maximumLength = 300;

/**
 * Every request that may change something leaves who, from where, what and with which outcome in the
 * log: a line before it is done, should it be the last thing that this machine does, and one
 * afterwards. No route writes them itself. Strangers leave one line, of the kind that is summed up.
 */
export const audit = fastifyPlugin((app, _options, done) => {
  const facts = new WeakMap<FastifyRequest, ChangeFacts>();
  app.decorateRequest('describeChange', function (this: FastifyRequest, more) {
    facts.set(this, { ...facts.get(this), ...more });
  });
  app.addHook('preHandler', (request, _reply, next) => {
    if (isChange(request)) {
      request.describeChange(readFields(request));
      if (request.user) request.log.info(describe(request, facts), 'change begins');
    }
    next();
  });
  // Not onResponse: it does not come when the client went before the answer, and the change was made.
  app.addHook('onSend', (request, reply, payload, next) => {
    if (isChange(request)) {
      const outcome = readOutcome(request, reply, facts.get(request));
      const { statusCode, elapsedTime } = reply;
      const said = listFlashes(reply)
        .map(({ text }) => text)
        .join(' ');
      request.log.info(
        {
          ...describe(request, facts),
          ...{ outcome, statusCode, durationMs: Math.round(elapsedTime) },
          ...(said !== '' && { said: maskSecrets(said.slice(0, maximumLength)) }),
        },
        `change ${outcome}`,
      );
    }
    next(null, payload);
  });
  done();
});

function describe(
  request: FastifyRequest,
  facts: WeakMap<FastifyRequest, ChangeFacts>,
): Record<string, unknown> {
  return {
    userName: request.user?.name,
    // Over a unix socket there is no address.
    remoteAddress: request.ip || 'unix',
    what: `${request.method} ${request.routeOptions.url ?? ''}`,
    ...facts.get(request),
    isAlwaysWritten: request.user !== undefined,
  };
}

/** Of a body that was validated: what is not what it should be may be anything, a password too. */
function readFields({ body, routeOptions }: FastifyRequest): Record<string, unknown> {
  if (!routeOptions.schema?.body || typeof body !== 'object' || body === null) return {};
  const fields = Object.entries(body).filter(([name]) => toldFields.includes(name));
  return Object.fromEntries(fields.map(([name, value]) => [name, shorten(value)]));
}

function shorten(value: unknown): unknown {
  if (typeof value === 'string') return value.slice(0, maximumLength);
  return Array.isArray(value) ? value.slice(0, 20).map(shorten) : undefined;
}

function readOutcome(
  request: FastifyRequest,
  reply: FastifyReply,
  facts: ChangeFacts = {},
): AuditOutcome {
  const { statusCode } = reply;
  if (statusCode >= 500) return 'failed';
  const isRedirect = statusCode >= 300 && statusCode < 400;
  // To the log-in page.
  const isTurnedAway = isRedirect && !request.user;
  if (statusCode >= 400 || isTurnedAway) return 'refused';
  if (!isRedirect) return facts.isDone ? 'done' : 'shown';
  return listFlashes(reply).some(({ tone }) => tone === 'bad') ? 'failed' : 'done';
}

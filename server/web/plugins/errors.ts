import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { UserError } from '../../shared/errors.ts';
import { isForPrograms } from '../audience.ts';

/** What the user is told about an error. */
interface ErrorAnswer {
  statusCode: number;
  /** Stable, for automation. */
  code: string;
  title: string;
  message: string;
}

type Refusal = Omit<ErrorAnswer, 'statusCode'>;

const notFound: Refusal = {
  code: 'not-found',
  title: 'Page not found',
  message: 'There is no such page. Use the navigation to find what you need.',
};

const badRequest: Refusal = {
  code: 'bad-request',
  title: 'Request not understood',
  message: 'The request was not understood. Go back, reload the page and try again.',
};

/** The sentences for what Fastify and its plugins refuse; their own texts are for programmers. */
const refusals: Partial<Record<number, Refusal>> = {
  404: notFound,
  403: {
    code: 'form-expired',
    title: 'Form expired',
    message:
      'This form has expired, or it came from another site. Go back, reload the page and send it again.',
  },
  408: {
    code: 'too-slow',
    title: 'Request too slow',
    message: 'The request took too long to arrive. Try again.',
  },
  413: {
    code: 'too-large',
    title: 'Too large',
    message: 'That is too large: at most 1 MiB can be sent.',
  },
  415: {
    code: 'unsupported-content',
    title: 'Unsupported content',
    message: 'This kind of content is not accepted. Send an uncompressed form or JSON.',
  },
  429: {
    code: 'too-many-requests',
    title: 'Too many requests',
    message: 'Too many requests from this address. Wait a minute and try again.',
  },
  503: {
    code: 'overloaded',
    title: 'Busy',
    message: 'This machine is too busy to answer now. keepalived is not affected. Try again.',
  },
};

/**
 * Turns every error into an answer: a UserError into its status and sentence, a refusal of the
 * framework into ours, all else into a 500 that says nothing but a request id to look up in the log.
 * A page for people, JSON for programs.
 */
export const errors = fastifyPlugin((app, _options, done) => {
  app.setErrorHandler(async (error: FastifyError | UserError, request, reply) => {
    const answer = describeError(error, request.id);
    if (answer.statusCode >= 500) request.log.error({ err: error }, 'request failed unexpectedly');
    return sendError(request, reply, answer);
  });
  app.setNotFoundHandler((request, reply) =>
    sendError(request, reply, { statusCode: 404, ...notFound }),
  );
  done();
});

function describeError(error: FastifyError | UserError, requestId: string): ErrorAnswer {
  if (error instanceof UserError) {
    const { statusCode, code, message } = error;
    return { statusCode, code, title: 'The request failed', message };
  }
  const refusal = findRefusal(error.statusCode);
  if (refusal) return refusal;
  return {
    statusCode: 500,
    code: 'internal-error',
    title: 'Internal error',
    message: `Something went wrong in this program. Its log says more, under the request ${requestId}.`,
  };
}

/** Any 4xx is the client's; of the 5xx, only being busy can be explained. */
function findRefusal(statusCode = 500): ErrorAnswer | undefined {
  const isClientError = statusCode >= 400 && statusCode < 500;
  const refusal = refusals[statusCode] ?? (isClientError ? badRequest : undefined);
  return refusal && { statusCode, ...refusal };
}

async function sendError(request: FastifyRequest, reply: FastifyReply, answer: ErrorAnswer) {
  const { statusCode, code, title, message } = answer;
  reply.code(statusCode);
  if (isForPrograms(request.url)) return reply.send({ error: { code, message } });
  try {
    return await reply.page('error', { title }, { message });
  } catch (error) {
    // Fastify's own last resort would print the template's path and source.
    request.log.error({ err: error }, 'the error page failed');
    return reply.type('text/plain; charset=utf-8').send(message);
  }
}

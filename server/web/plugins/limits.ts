import rateLimit from '@fastify/rate-limit';
import type { FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { UserError } from '../../shared/errors.ts';
import { overload } from './overload.ts';
import type { OverloadOptions } from './overload.ts';

/** Enough for any configuration file that the page accepts. */
export const bodyLimitBytes = 1024 * 1024;

/**
 * What a single client may cost: no compressed bodies (their size is unknown until they are
 * unpacked), a rate for the routes that ask for one (`config.rateLimit`), and 503 instead of a queue
 * that only grows when the machine cannot keep up.
 */
export const limits = fastifyPlugin<OverloadOptions>(async (app, options) => {
  await app.register(overload, options);
  await app.register(rateLimit, { global: false, keyGenerator: findClient });
  app.addHook('onRequest', (request, _reply, next) => {
    const encoding = request.headers['content-encoding'];
    const isPlain = encoding === undefined || encoding === 'identity';
    next(isPlain ? undefined : compressedBody());
  });
});

/**
 * Whose requests are counted together: behind a proxy or a unix socket all come from one address,
 * and a stranger's must not count as those of somebody who is known.
 */
function findClient(request: FastifyRequest): string {
  if (request.user) return `user ${request.user.name}`;
  const deviceId = request.findDeviceId();
  return deviceId === undefined ? `address ${request.ip || 'unix'}` : `device ${deviceId}`;
}

function compressedBody(): UserError {
  return new UserError('compressed-body', 'Compressed content is not accepted.', {
    statusCode: 415,
  });
}

import type { FastifyPluginCallback } from 'fastify';
import { version } from '../../shared/version.ts';

/** `/healthz`: this program lives, and which version it is. Answered under pressure too, and says nothing about keepalived. */
export const registerHealth: FastifyPluginCallback = (app, _options, done) => {
  app.get('/healthz', { config: { access: 'public', answersAlways: true } }, (_request, reply) =>
    reply.send({ status: 'ok', version }),
  );
  done();
};

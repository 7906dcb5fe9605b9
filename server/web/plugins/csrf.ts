import csrfProtection from '@fastify/csrf-protection';
import formbody from '@fastify/formbody';
import fastifyPlugin from 'fastify-plugin';

/**
 * Forms, and the token that each of them carries in the hidden field `_csrf` (scripts: in the
 * header `x-csrf-token`). Checked when the body is parsed and before it is validated; the field is
 * removed then, so that a form's strict schema need not name it.
 */
export const csrf = fastifyPlugin(async (app) => {
  await app.register(formbody);
  await app.register(csrfProtection, {
    sessionPlugin: '@fastify/session',
    logLevel: 'info',
    getToken: (request) => {
      const token = request.headers['x-csrf-token'] ?? formOf(request.body)?.['_csrf'];
      return typeof token === 'string' ? token : undefined;
    },
  });
  app.addHook('preValidation', (request, reply, done) => {
    if (request.method === 'GET' || request.method === 'HEAD') {
      done();
      return;
    }
    app.csrfProtection(request, reply, () => {
      delete formOf(request.body)?.['_csrf'];
      done();
    });
  });
});

function formOf(body: unknown): Record<string, unknown> | undefined {
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : undefined;
}

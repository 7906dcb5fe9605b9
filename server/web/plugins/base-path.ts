import fastifyPlugin from 'fastify-plugin';
import { UserError } from '../../shared/errors.ts';
import { addBasePath, findInnerUrl } from '../edge/base-path.ts';

/** Answered outside of it too: who watches this program on this machine knows no proxy. */
const outsideToo = ['/healthz'];

/**
 * Refuses what is asked outside of WAI_BASE_PATH, and adds it to redirects. The addresses in pages have
 * it from the templates (`template-addresses.ts`), cookies from `cookie-border.ts`.
 */
export const basePathBorder = fastifyPlugin<{ basePath: string }>((app, { basePath }, done) => {
  if (basePath !== '') {
    app.addHook('onRequest', (request, _reply, next) => {
      const isInside = findInnerUrl(request.originalUrl, basePath) !== undefined;
      const isAnswered = isInside || outsideToo.includes(request.routeOptions.url ?? '');
      next(isAnswered ? undefined : outsideOf(basePath));
    });
    app.addHook('onSend', (_request, reply, payload, next) => {
      const location = reply.getHeader('location');
      if (typeof location === 'string') reply.header('location', addBasePath(location, basePath));
      next(null, payload);
    });
  }
  done();
});

function outsideOf(basePath: string): UserError {
  return new UserError(
    'outside-base-path',
    `This page is served under ${basePath}/ (WAI_BASE_PATH). Open that address. If a proxy sent you here, it must pass on the path unchanged.`,
    { statusCode: 404 },
  );
}

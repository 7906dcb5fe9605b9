import type { FastifyReply } from 'fastify';
import fastifyPlugin from 'fastify-plugin';

export interface CookieBorderOptions {
  /** WAI_BASE_PATH; empty: the page is at the root. */
  basePath: string;
}

/**
 * What a cookie gets on its way out, because whoever sets it cannot know it: the base path, so that
 * another page of the same proxy does not get it, and `Secure` where TLS ends at a trusted proxy.
 * Comes after all that set cookies.
 */
export const cookieBorder = fastifyPlugin<CookieBorderOptions>((app, { basePath }, done) => {
  app.addHook('onSend', (request, reply, payload, next) => {
    if (reply.hasHeader('set-cookie')) {
      changeCookies(reply, { basePath, isSecure: request.protocol === 'https' });
    }
    next(null, payload);
  });
  done();
});

function changeCookies(
  reply: FastifyReply,
  { basePath, isSecure }: { basePath: string; isSecure: boolean },
): void {
  const cookies = [reply.getHeader('set-cookie') ?? []].flat().map(String);
  reply.removeHeader('set-cookie');
  for (const cookie of cookies) {
    const below = cookie.replace(/; Path=\/(?=;|$)/, `; Path=${basePath || '/'}`);
    const isMarked = !isSecure || /; Secure(?:;|$)/.test(below);
    reply.header('set-cookie', isMarked ? below : `${below}; Secure`);
  }
}

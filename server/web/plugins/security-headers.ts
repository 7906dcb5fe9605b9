import { randomBytes } from 'node:crypto';
import type { OutgoingHttpHeaders } from 'node:http';
import helmet from '@fastify/helmet';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';

declare module 'fastify' {
  interface FastifyReply {
    /**
     * Lets the scripts of this one answer make style sheets, if they know the nonce that is
     * returned. For the editor, which brings its styles with its code.
     */
    allowStyles(): string;
  }
}

const none = ["'none'"];
const self = ["'self'"];
const directives = {
  'default-src': none,
  'script-src': self,
  'style-src': self,
  'img-src': ["'self'", 'data:'],
  'connect-src': self,
  'form-action': self,
  'frame-ancestors': none,
  'base-uri': none,
};

/**
 * Headers on every answer, 404 and event streams too: a content security policy without any inline
 * script or style, no framing, no sniffing.
 */
export const securityHeaders = fastifyPlugin<{ tls: boolean }>(async (app, { tls }) => {
  await app.register(helmet, {
    global: false,
    contentSecurityPolicy: {
      useDefaults: false,
      directives,
    },
    // With no-referrer, browsers send `Origin: null` for our own forms.
    referrerPolicy: { policy: 'same-origin' },
    // A pinned self-signed certificate could not be clicked through any more once it is renewed.
    strictTransportSecurity: false,
    xFrameOptions: { action: 'deny' },
    crossOriginOpenerPolicy: tls,
    originAgentCluster: tls,
  });
  // They are the same on every answer: making them again cost a twentieth of a page's time (measured).
  let headers: OutgoingHttpHeaders | undefined;
  app.addHook('onRequest', (_request, reply, next) => {
    headers ??= askHelmet(reply);
    reply.headers(headers);
    next();
  });
  app.decorateReply('allowStyles', function () {
    const nonce = randomBytes(16).toString('base64');
    const withNonce = { ...directives, 'style-src': [...self, `'nonce-${nonce}'`] };
    // Of the two, the first would win; and to remove it afterwards would remove both.
    this.removeHeader('content-security-policy');
    this.helmet({ contentSecurityPolicy: { useDefaults: false, directives: withNonce } });
    return nonce;
  });
  // Pages name addresses and hold form tokens: no cache may keep one.
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
    done(null, payload);
  });
});

function askHelmet(reply: FastifyReply): OutgoingHttpHeaders {
  reply.helmet();
  return reply.raw.getHeaders();
}

/** Answers a request that Fastify refuses before any hook runs: a URL that cannot be decoded. */
export function refuseMalformedUrl(
  _error: FastifyError,
  _request: FastifyRequest,
  reply: FastifyReply,
): void {
  void reply
    .code(400)
    .headers({
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
    })
    .type('text/plain; charset=utf-8')
    .send('The address of this page is not well-formed.');
}

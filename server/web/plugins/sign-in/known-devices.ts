import type { FastifyReply, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { deviceKnownForMs, readDeviceId } from '../../../access/known-devices.ts';
import { describeCookie, nameCookie } from './cookie-names.ts';
import type { CookieScope } from './cookie-names.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What the browser keeps of its earlier sign-ins, as the agent made it. */
    findDevice(): string | undefined;
    /** The id of the browser, if anybody has signed in from it before. */
    findDeviceId(): string | undefined;
  }
  interface FastifyReply {
    /** Has the browser keep what the agent made of it at a sign-in. */
    rememberDevice(device: string): void;
  }
}

/**
 * Browsers that somebody has signed in from before, known by a cookie: strangers who try passwords do
 * not slow them down. It opens nothing. What is in it only the agent can make, and judges; it is
 * signed here once more, so that nobody has a count of requests of their own without it. Needs the
 * cookie plugin.
 */
export const knownDevices = fastifyPlugin<CookieScope>((app, scope, done) => {
  const name = nameCookie('device', scope);
  const find = (request: FastifyRequest) => {
    const { valid, value } = request.unsignCookie(request.cookies[name] ?? '');
    return valid ? value : undefined;
  };

  app.decorateRequest('findDevice', function (this: FastifyRequest) {
    return find(this);
  });
  app.decorateRequest('findDeviceId', function (this: FastifyRequest) {
    const device = find(this);
    return device === undefined ? undefined : readDeviceId(device);
  });
  app.decorateReply('rememberDevice', function (this: FastifyReply, device: string) {
    this.setCookie(name, device, {
      ...describeCookie(scope),
      ...{ signed: true, maxAge: deviceKnownForMs / 1000 },
    });
  });
  done();
});

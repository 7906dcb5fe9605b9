import type { FastifyReply, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { createKnownDevices, deviceKnownForMs } from '../../../access/known-devices.ts';
import type { SignInAttempt } from '../../../access/login-throttle.ts';
import { describeCookie, nameCookie } from './cookie-names.ts';
import type { CookieScope } from './cookie-names.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The id of the browser, if anybody has signed in from it before. */
    findDeviceId(): string | undefined;
    /** An attempt to sign in to an account, from a known place if it comes from one. */
    describeAttempt(accountName: string): SignInAttempt;
  }
  interface FastifyReply {
    /** Makes the browser a known one of an account that has just signed in. */
    rememberDevice(accountName: string): void;
  }
}

/**
 * Browsers that somebody has signed in from before, known by a signed cookie: strangers who try
 * passwords do not slow them down. The cookie opens nothing. Needs the cookie plugin.
 */
export const knownDevices = fastifyPlugin<CookieScope>((app, scope, done) => {
  const devices = createKnownDevices(scope.secret);
  const name = nameCookie('device', scope);
  const find = (request: FastifyRequest) => devices.read(request.cookies[name]);

  app.decorateRequest('findDeviceId', function (this: FastifyRequest) {
    return find(this)?.id;
  });
  app.decorateRequest('describeAttempt', function (this: FastifyRequest, accountName: string) {
    const device = find(this);
    const isOfAccount = device?.names.includes(accountName) === true;
    return {
      accountName,
      // Over a unix socket there is no address.
      address: this.ip || 'unix',
      knownPlace: isOfAccount ? `device ${device.id}` : undefined,
    };
  });
  app.decorateReply('rememberDevice', function (this: FastifyReply, accountName: string) {
    this.setCookie(name, devices.remember(find(this.request), accountName), {
      ...describeCookie(scope),
      maxAge: deviceKnownForMs / 1000,
    });
  });
  done();
});

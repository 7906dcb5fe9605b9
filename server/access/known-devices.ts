import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

const dayMs = 24 * 60 * 60_000;
/** How long a browser counts as known after its last sign-in. */
export const deviceKnownForMs = 180 * dayMs;
const maximumNames = 8;

const deviceSchema = z.strictObject({
  id: z.string().min(1),
  /** The accounts that signed in from this browser, the newest first. */
  names: z.array(z.string()).min(1).max(maximumNames),
  signedInAtMs: z.number(),
});

/** A browser from which somebody has signed in before. */
export type KnownDevice = z.output<typeof deviceSchema>;

/** The id in what `remember` has made; who calls has made sure that it was not changed since. */
export function readDeviceId(value: string): string | undefined {
  const [content = ''] = value.split('.');
  const { data } = deviceSchema.safeParse(JSON.parse(Buffer.from(content, 'base64url').toString()));
  return data?.id;
}

export interface KnownDevices {
  /** The value of the cookie after a sign-in: the device as it was, with this account. */
  remember(device: KnownDevice | undefined, accountName: string): string;
  /** What a cookie says; undefined if it is not one of ours, or too old. */
  read(cookie: string | undefined): KnownDevice | undefined;
}

/**
 * Signs what a browser keeps of its own sign-ins, so that nothing has to be stored for it here. It
 * opens nothing: it only gives the browser a throttle of its own.
 * @param secret the secret of this server
 * @param now milliseconds since the epoch
 */
export function createKnownDevices(secret: string, now: () => number = Date.now): KnownDevices {
  const sign = (content: string) =>
    createHmac('sha256', secret).update(`known device ${content}`).digest('base64url');
  return {
    remember(device, accountName) {
      const others = device?.names.filter((name) => name !== accountName) ?? [];
      const value: KnownDevice = {
        id: device?.id ?? randomBytes(16).toString('base64url'),
        names: [accountName, ...others].slice(0, maximumNames),
        signedInAtMs: now(),
      };
      const content = Buffer.from(JSON.stringify(value)).toString('base64url');
      return `${content}.${sign(content)}`;
    },
    read(cookie = '') {
      const [content = '', signature = ''] = cookie.split('.');
      const expected = Buffer.from(sign(content));
      const given = Buffer.from(signature);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
      const { success, data } = deviceSchema.safeParse(
        JSON.parse(Buffer.from(content, 'base64url').toString()),
      );
      if (!success || now() - data.signedInAtMs >= deviceKnownForMs) return undefined;
      return data;
    },
  };
}

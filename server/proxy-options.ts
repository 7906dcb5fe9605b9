/** The settings for a reverse proxy in front of the page: what it sends is parsed in `web/edge`. */
import { z } from 'zod';
import { isAddress, parseCidr } from './keepalived/addresses/addresses.ts';
import type { NetworkAddress } from './keepalived/proof/evidence.ts';

/** Whose `X-Forwarded-…` headers are believed. */
export interface TrustedProxies {
  /** All that connect over a unix socket: its mode says who may. */
  unix: boolean;
  networks: Pick<NetworkAddress, 'address' | 'prefixLength'>[];
}

export const trustedProxiesWords =
  'addresses, networks such as 10.0.0.0/24 (not /0), or unix, separated by blanks or commas';

export const trustedProxiesSchema = z.string().transform((text, context): TrustedProxies => {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  const networks = words.filter((word) => word !== 'unix').map(readNetwork);
  const known = networks.filter((network) => network !== undefined);
  if (known.length < networks.length) {
    context.addIssue({ code: 'custom', message: trustedProxiesWords });
    return z.NEVER;
  }
  return { unix: words.includes('unix'), networks: known };
});

function readNetwork(word: string): TrustedProxies['networks'][number] | undefined {
  if (isAddress(word)) return { address: word, prefixLength: word.includes(':') ? 128 : 32 };
  const cidr = parseCidr(word);
  return cidr.ok ? { address: cidr.address, prefixLength: cidr.prefixLength } : undefined;
}

export const basePathWords =
  'a path such as /ha: letters, digits, “-”, “_”, “.” and “~” between slashes';

/** Without a slash at its end; empty: the page is at the root. */
export const basePathSchema = z
  .string()
  .regex(/^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._~-]+)*\/?$/, basePathWords)
  .transform((text) => text.replace(/\/$/, ''));

import { createHash } from 'node:crypto';

export interface CookieScope {
  /** The secret of this server. */
  secret: string;
  /** Whether this server itself speaks TLS. */
  tls: boolean;
  /** WAI_BASE_PATH; empty: the page is at the root. */
  basePath: string;
}

/**
 * Cookies do not know ports: two servers of a cluster that are both reached at 127.0.0.1 must not
 * overwrite each other's, so the names are different on each. A cookie below a path may not be called
 * `__Host-` (RFC 6265bis, 4.1.3.2).
 */
export function nameCookie(purpose: 'session' | 'form' | 'device', scope: CookieScope): string {
  const { secret, tls, basePath } = scope;
  const prefix = basePath === '' ? '__Host-' : '__Secure-';
  const serverId = createHash('sha256').update(`cookie name ${secret}`).digest('hex').slice(0, 8);
  return `${tls ? prefix : ''}wai-${serverId}${purpose === 'session' ? '' : `-${purpose}`}`;
}

/** No script reads them, and no other site sends them. */
export function describeCookie({ tls }: Pick<CookieScope, 'tls'>) {
  return { path: '/', httpOnly: true, sameSite: 'strict', secure: tls } as const;
}

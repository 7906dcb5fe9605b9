import type { FastifyRequest } from 'fastify';

/**
 * Whether no person is behind a request, but a page that stays open: its stream of events, what its
 * scripts read, or a page that loads itself again. Browsers send `Sec-Fetch-User` with what somebody
 * did, where TLS or the loopback is used; else what is no stream counts as somebody's.
 */
export function isAskedByItself({ method, headers }: FastifyRequest): boolean {
  if (method !== 'GET') return false;
  if (headers.accept === 'text/event-stream') return true;
  return headers['sec-fetch-mode'] !== undefined && headers['sec-fetch-user'] !== '?1';
}

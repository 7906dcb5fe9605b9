import type { FastifyRequest } from 'fastify';
import type { Actor } from '../../operations/outcomes.ts';

/**
 * Who sent a request, for the history.
 * @throws {Error} on a route that is open to strangers: a change always has an author
 */
export function getActor(request: Pick<FastifyRequest, 'user' | 'ip'>): Actor {
  if (!request.user) throw new Error('A change was asked for by nobody: the route is public.');
  // Over a unix socket there is no address.
  return { userName: request.user.name, remoteAddress: request.ip || 'unix' };
}

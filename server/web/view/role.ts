import type { FastifyRequest } from 'fastify';
import { type Role, roles } from '../../access/accounts.ts';

/** The role of who is logged in; of nobody, as of whoever may only look. */
export function getRole({ user }: Pick<FastifyRequest, 'user'>): Role {
  return user?.role ?? 'viewer';
}

/** One thing for each role: pages offer nobody what would be refused. */
export function forEachRole<Thing>(make: (role: Role) => Thing): Record<Role, Thing> {
  return Object.fromEntries(roles.map((role) => [role, make(role)])) as Record<Role, Thing>;
}

/** What can be true of one virtual router over all servers of a pair. */
import type { KnownServer } from './known-server.ts';
import type { VirtualRouter } from './match-routers.ts';
import type { Readiness } from './readiness.ts';

/** From the worst to the best. */
export const routerVerdictKinds = [
  /** No server has one of the addresses. */
  'nobody',
  /** More than one server has one of them. */
  'two',
  /** An address is on its way: nobody or both have it, no longer than a switch takes. */
  'switching',
  /** Can’t tell who serves, or whether somebody would take over. */
  'unknown',
  /** It is served, and nobody would take over. */
  'unprotected',
  /** Somebody would take over, but something is missing that will count later. */
  'degraded',
  'protected',
] as const;
export type RouterVerdictKind = (typeof routerVerdictKinds)[number];

export interface RouterVerdict {
  /** Of the router, for as long as its settings stay what they are. */
  key: string;
  router: VirtualRouter;
  kind: RouterVerdictKind;
  severity: 'critical' | 'warning' | 'none';
  /** The addresses that the kind is about: those without a server, or with two. */
  addresses: string[];
  /** Who serves, by the kernels of servers that are heard. */
  servedBy: KnownServer[];
  readiness: Readiness[];
  /** For `nobody`, `two`, `switching`: how long it has been so, in ms. */
  lastsMs: number | undefined;
  /** Words that change only when something else is true: no time in them. */
  sentence: string;
  /** Why, a sentence each. */
  reasons: string[];
}

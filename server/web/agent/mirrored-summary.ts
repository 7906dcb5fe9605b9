/** What another process said of both servers, some time ago. */
import type { PairSummary } from '../../keepalived/pair/pair-summary.ts';
import { listInWords } from '../../keepalived/words.ts';

/** The same after some time without news: what it says of ages goes on. */
export function ageSummary(summary: PairSummary, passedMs: number): PairSummary {
  return {
    servers: summary.servers.map((server) => ({
      ...server,
      // A server that is heard is heard all the while: else there is news.
      ageMs: server.isHeard || server.ageMs === undefined ? server.ageMs : server.ageMs + passedMs,
    })),
    routers: summary.routers.map((router) => ({
      ...router,
      lastsMs: router.lastsMs === undefined ? undefined : router.lastsMs + passedMs,
    })),
  };
}

/**
 * The same where it may no longer be believed: nothing of it is said to be so now.
 * @param reason why, as the end of a sentence
 */
export function forgetSummary(summary: PairSummary, passedMs: number, reason: string): PairSummary {
  return {
    servers: summary.servers.map((server) => ({
      ...server,
      isHeard: false,
      ageMs: server.ageMs === undefined ? undefined : server.ageMs + passedMs,
      startsOnBoot: undefined,
    })),
    routers: summary.routers.map((router) => ({
      ...router,
      ...{ kind: 'unknown', severity: 'warning', lastsMs: undefined, reasons: [] },
      sentence: `Can’t tell who serves ${listInWords(router.addresses)}: ${reason}.`,
      servers: router.servers.map((server) => ({
        ...server,
        ...{ state: undefined, holds: [], priority: undefined, healthcheck: undefined },
        ...{ readiness: 'unknown', reasons: [], takesOverMs: undefined },
      })),
      wire: [],
    })),
  };
}

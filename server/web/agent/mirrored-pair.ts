/** What another process knows of the paired servers, some time ago. */
import type { ServerReport } from '../../keepalived/pair/server-report.ts';
import type { PairedServerView, PairView } from '../../pair/pair.ts';

export type ShownPair = PairView<ServerReport>;
type ShownServer = PairedServerView<ServerReport>;

/** The same after some time without news. A server that is connected is heard all the while. */
export function agePair(pair: ShownPair, passedMs: number): ShownPair {
  const isHeard = ({ link }: ShownServer) => link.state === 'connected';
  return {
    ...pair,
    servers: pair.servers.map((server) => (isHeard(server) ? server : ageServer(server, passedMs))),
  };
}

/**
 * The same where it may no longer be believed: no server is heard.
 * @param reason why, as the end of a sentence
 */
export function forgetPair(pair: ShownPair, passedMs: number, reason: string): ShownPair {
  return {
    ...pair,
    code: undefined,
    servers: pair.servers.map((server) => {
      const { link, ...aged } = ageServer(server, passedMs);
      const state = link.state === 'connected' ? ('not-heard' as const) : link.state;
      const problem = `The other server’s state is not known: ${reason}.`;
      return { ...aged, clock: undefined, link: { ...link, state, isFollowing: false, problem } };
    }),
  };
}

function ageServer(server: ShownServer, passedMs: number): ShownServer {
  const { link, report } = server;
  const heardAgoMs = link.heardAgoMs === undefined ? undefined : link.heardAgoMs + passedMs;
  return {
    ...server,
    link: { ...link, heardAgoMs },
    report: report && { ...report, ageMs: report.ageMs + passedMs },
  };
}

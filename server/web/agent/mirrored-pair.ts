/** What another process knows of the paired servers, some time ago. */
import type { MirroredPair } from '../../agent/handlers/status.ts';

type MirroredServer = MirroredPair['servers'][number];

/** The same after some time without news. A server that is connected is heard all the while. */
export function agePair(pair: MirroredPair, passedMs: number): MirroredPair {
  const isHeard = ({ link }: MirroredServer) => link.state === 'connected';
  return {
    ...pair,
    servers: pair.servers.map((server) => (isHeard(server) ? server : ageServer(server, passedMs))),
  };
}

/**
 * The same where it may no longer be believed: no server is heard.
 * @param reason why, as the end of a sentence
 */
export function forgetPair(pair: MirroredPair, passedMs: number, reason: string): MirroredPair {
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

function ageServer(server: MirroredServer, passedMs: number): MirroredServer {
  const { link } = server;
  const heardAgoMs = link.heardAgoMs === undefined ? undefined : link.heardAgoMs + passedMs;
  return { ...server, link: { ...link, heardAgoMs } };
}

import { listKnownServers } from '../../keepalived/pair/known-server.ts';
import { summarizePair } from '../../keepalived/pair/pair-summary.ts';
import type { PairSummary } from '../../keepalived/pair/pair-summary.ts';
import type { PairMemory } from '../../keepalived/pair/pair-verdict.ts';
import type { ServerReport } from '../../keepalived/pair/server-report.ts';
import type { Pair, PairView } from '../../pair/pair.ts';
import type { Clock } from '../../shared/clock.ts';

export interface PairWatch {
  /** What both servers together say, as of now; undefined: this server is not paired. */
  read: () => PairSummary | undefined;
  /** This server or another one has news. */
  noteNews: () => void;
  close: () => void;
}

/** Without news it is judged again after so long: ages grow. */
const freshMs = 500;
/** A switch is over, or none any more, by time alone. */
const looksAgainMs = 500;

/**
 * Judges the pair, and again while an address is between two servers.
 * @param onTurn called when time alone may have changed the verdict
 */
export function createPairWatch({
  pair,
  describeOwn,
  clock,
  onTurn,
}: {
  pair: Pick<Pair<ServerReport>, 'view'>;
  describeOwn: () => ServerReport;
  clock: Pick<Clock, 'monotonicMs'>;
  onTurn: () => void;
}): PairWatch {
  let memory: PairMemory = new Map();
  let newest: { summary: PairSummary; atMs: number } | undefined;
  let timer: NodeJS.Timeout | undefined;

  const judge = (paired: PairView<ServerReport>['servers'], nowMs: number): PairSummary => {
    const others = paired.map(({ name, link, report }) => ({
      ...{ name, isConnected: link.state === 'connected', report },
      ownReport: report?.own,
    }));
    const servers = listKnownServers(describeOwn(), others);
    const { summary, memory: kept } = summarizePair(servers, memory, nowMs);
    memory = kept;
    return summary;
  };
  const lookAgain = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      newest = undefined;
      onTurn();
    }, looksAgainMs).unref();
  };

  return {
    read() {
      const { servers } = pair.view();
      if (servers.length === 0) return undefined;
      const nowMs = clock.monotonicMs();
      if (!newest || nowMs - newest.atMs >= freshMs)
        newest = { summary: judge(servers, nowMs), atMs: nowMs };
      if (newest.summary.routers.some(({ kind }) => kind === 'switching')) lookAgain();
      return newest.summary;
    },
    noteNews() {
      newest = undefined;
    },
    close() {
      clearTimeout(timer);
    },
  };
}

import type { Notice } from '../../history/notices.ts';
import type { PairSummary } from '../../keepalived/pair/pair-summary.ts';
import type { ServerReport } from '../../keepalived/pair/server-report.ts';
import type { WaitingChange } from '../../operations/confirm/confirmed-change.ts';
import type { PairedServerView, PairView } from '../../pair/pair.ts';
import type { Snapshot, StateKeeper } from '../../state/state-keeper.ts';
import type { CallHandlers } from './handler.ts';

/** What every page shows, of one moment; the web keeps the newest. */
export interface Mirrored {
  snapshot: Snapshot;
  /** Both servers; undefined: this one is not paired. */
  pairSummary: PairSummary | undefined;
  /** When this was said, on the monotonic clock of the machine: it may have waited on its way. */
  toldAtMs: number;
  /** What happened while nobody looked, newest first. */
  notices: Notice[];
  /** The change that goes back by itself unless somebody confirms it. */
  waiting: WaitingChange | undefined;
  /** What makes the page less safe than it should be, for administrators. */
  warnings: string[];
  /** The servers that this one is paired with, as they told last. */
  pair: MirroredPair;
  /** The file with the first password of `admin`; undefined: it was changed. */
  firstPasswordFile: string | undefined;
}

/** A pair without what the servers have told: the web has the summary of it, and no digest of a secret. */
export interface MirroredPair extends Omit<PairView<ServerReport>, 'servers'> {
  servers: Omit<PairedServerView<ServerReport>, 'report'>[];
}

export function withoutReports({ servers, ...view }: PairView<ServerReport>): MirroredPair {
  return {
    ...view,
    servers: servers.map(({ id, name, urls, grant, allows, pairedAtMs, link, clock }) => ({
      ...{ id, name, urls, grant, allows, pairedAtMs, link, clock },
    })),
  };
}

type StatusCalls = 'look' | 'readTransitions' | 'readSplitBrains' | 'readFailoverRecords';

/** The status as of now, and what is kept of the past. */
export function createStatusCalls(keeper: StateKeeper, look: () => Mirrored) {
  return {
    look,
    readTransitions: (period) => keeper.readTransitions(period),
    readSplitBrains: (period) => keeper.readSplitBrains(period),
    readFailoverRecords: () => keeper.readFailoverRecords(),
  } satisfies CallHandlers<StatusCalls>;
}

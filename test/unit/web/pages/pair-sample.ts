/** What two servers say together, from two reports. */
import type { OtherServer } from '../../../../server/keepalived/pair/known-server.ts';
import { summarizePair } from '../../../../server/keepalived/pair/pair-summary.ts';
import type { PairSummary } from '../../../../server/keepalived/pair/pair-summary.ts';
import type { PairMemory } from '../../../../server/keepalived/pair/pair-verdict.ts';
import type { ServerReport } from '../../../../server/keepalived/pair/server-report.ts';
import { known } from '../../keepalived/pair/reports.ts';

/** After a minute in which nothing changed. */
export function samplePair(own: ServerReport, ...others: OtherServer[]): PairSummary {
  const servers = known(own, ...others);
  let memory: PairMemory = new Map();
  for (let nowMs = 0; nowMs < 60_000; nowMs += 2_000) {
    ({ memory } = summarizePair(servers, memory, nowMs));
  }
  return summarizePair(servers, memory, 60_000).summary;
}

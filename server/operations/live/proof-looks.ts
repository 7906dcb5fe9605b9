import type { Appliance } from '../../appliance/appliance.ts';
import type { RuntimeReport } from '../../keepalived/proof/evidence.ts';
import type { ProofVerdict, ProofEvidence } from '../../keepalived/proof/proof.ts';
import type { ReloadLog } from '../../keepalived/runtime/log/reload-log.ts';

/** However quiet it is, an account is not taken for what is so now any longer. */
const longestUseMs = 1_000;

interface ProofLook {
  after: ProofEvidence;
  /** When it began (`performance.now()`). */
  afterAtMs: number;
  judged: ProofVerdict;
}

type Judge = (sighting: ProofEvidence, hasAccount: boolean) => ProofVerdict;

/**
 * The looks of one proof. Each asks the kernel, /proc and the log. keepalived itself writes a line into
 * its log for each dump, so it is asked only where it may have news:
 * - not in the first look of a reload that the log tells of: whether all is well is seen once more
 *   100 ms later, and that look asks;
 * - while an instance has not chosen its state, or a script has not been heard of, not again before
 *   the log, the addresses or the processes are others: a change of state is a line of the log, and
 *   moves an address. At the latest after a second, for both may be late.
 * What is proved is proved by an account of the same look, never by an older one.
 */
export function createProofLooks(appliance: Appliance): {
  next: (log: ReloadLog | undefined, judge: Judge) => Promise<ProofLook>;
} {
  let isFirst = true;
  let known: { runtime: RuntimeReport; atMs: number; signs: string } | undefined;
  let mayReuse = false;

  return {
    async next(log, judge) {
      const afterAtMs = performance.now();
      const daemon = await appliance.readDaemon();
      const network = await appliance.readNetwork();
      const isSilentLook = isFirst && log !== undefined;
      isFirst = false;
      if (daemon.state !== 'running' || isSilentLook) {
        known = undefined;
        const after: ProofEvidence = { daemon, runtime: undefined, network };
        return { after, afterAtMs, judged: judge(after, daemon.state !== 'running') };
      }
      const signs = JSON.stringify([daemon, network, log && [...log.scripts], log?.lineCount]);
      if (mayReuse && known?.signs === signs && afterAtMs - known.atMs < longestUseMs) {
        const after: ProofEvidence = { daemon, runtime: known.runtime, network };
        const judged = judge(after, true);
        if (judged.kind !== 'proved') return { after, afterAtMs, judged };
      }
      const runtime = await appliance.readRuntime();
      known = { runtime, atMs: afterAtMs, signs };
      const after: ProofEvidence = { daemon, runtime, network };
      const judged = judge(after, true);
      mayReuse =
        runtime.ok &&
        (judged.kind === 'unheard' || (judged.kind === 'pending' && judged.about === 'states'));
      return { after, afterAtMs, judged };
    },
  };
}

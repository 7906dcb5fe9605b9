import { setTimeout as sleep } from 'node:timers/promises';
import type { Appliance, CommandReport } from '../appliance/appliance.ts';
import type { ConfigurationSummary } from '../keepalived/config/questions.ts';
import { judgeProof, proofTimeoutMs } from '../keepalived/proof.ts';
import type { Sighting } from '../keepalived/proof.ts';

/** A fatal file kills the daemon within this time of the signal (measured: below 200 ms). */
const settleMs = 500;
const pollMs = 200;

/** One look at the machine, past the snapshot: a proof needs facts younger than the reload. */
export async function look(appliance: Appliance): Promise<Sighting> {
  const [daemon, network] = await Promise.all([appliance.readDaemon(), appliance.readNetwork()]);
  const runtime = daemon.state === 'running' ? await appliance.readRuntime() : undefined;
  return { daemon, runtime, network };
}

export interface LoadResult {
  report: CommandReport;
  /** Why it is not proved; undefined: it is. */
  failure: string | undefined;
}

/**
 * Tells keepalived to take the file on disk (reload, or start where it died), and proves that it did.
 * Two sightings in a row must agree, so that a daemon that is about to die is not called alive.
 */
export async function loadAndProve(
  appliance: Appliance,
  command: 'reload' | 'start',
  before: Sighting,
  expected: ConfigurationSummary,
): Promise<LoadResult> {
  const report = await appliance.controlService('keepalived', command);
  const failed = (failure: string): LoadResult => ({ report, failure });
  if (report.result !== 'ok') return failed(commandFailure(report));
  const deadline = performance.now() + proofTimeoutMs(expected);
  // A daemon that was started anew has another pid and no past to compare with.
  const baseline: Sighting =
    command === 'start'
      ? { ...before, daemon: { state: 'stopped', stalePidFile: undefined } }
      : before;
  await sleep(settleMs);
  let proofs = 0;
  for (;;) {
    const verdict = judgeProof(baseline, await look(appliance), expected);
    if (verdict.kind === 'failed') return failed(verdict.reason);
    proofs = verdict.kind === 'proved' ? proofs + 1 : 0;
    if (proofs === 2) return { report, failure: undefined };
    if (verdict.kind === 'pending' && performance.now() > deadline) return failed(verdict.reason);
    await sleep(pollMs);
  }
}

/** A failed command in one line, with the command itself and what it printed. */
export function commandFailure({ command, result, exitCode, output }: CommandReport): string {
  const how = {
    ok: 'succeeded',
    exited: `ended with exit code ${exitCode ?? 'unknown'}`,
    timedOut: 'did not end in time',
    notFound: 'is not installed',
  }[result];
  return output === '' ? `“${command}” ${how}` : `“${command}” ${how}: ${output}`;
}

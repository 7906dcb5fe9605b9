import { findHealthcheck } from '../config/questions.ts';
import type { ConfigurationSummary } from '../config/questions.ts';
import { describeNotRepeatable } from '../healthcheck/find-probe.ts';
import { describeKey } from '../healthcheck/request.ts';
import type { HealthcheckResult, Observed } from '../proof/evidence.ts';
import { maskSecrets } from '../secrets/mask-secrets.ts';
import { fresh, describeStaleness } from './freshness.ts';
import type { InstanceStatus } from './status-model.ts';

/** Asked every 10 s while someone looks, answered within 10 s: three missed rounds are too old. */
const lifetimeMs = 35_000;

/** What this program's own request of an instance's healthcheck URL gave. */
export function judgeHealthcheck(
  summary: ConfigurationSummary | undefined,
  instanceName: string,
  results: ReadonlyMap<string, Observed<HealthcheckResult>>,
  nowMs: number,
): InstanceStatus['healthcheck'] {
  const instance = summary?.instances.find(({ name }) => name === instanceName);
  const found = summary && instance ? findHealthcheck(summary, instance) : undefined;
  if (!found) return undefined;
  const { probe, scriptName, intervalSeconds } = found;
  // Shown to viewers, sent to programs, a label of metrics.
  const about = { scriptName, intervalSeconds, url: maskSecrets(found.url) };
  if (probe.kind === 'not-repeatable') {
    const words = `Unknown (${describeNotRepeatable(probe.why)})`;
    return { ...about, words, good: undefined, durationMs: undefined, isRepeatable: false };
  }
  const seen = results.get(describeKey(probe.request));
  const result = fresh(seen, nowMs, lifetimeMs);
  return {
    ...about,
    words: result
      ? maskSecrets(describeHealthcheckResult(result))
      : `Unknown (${describeStaleness(seen, nowMs)})`,
    good: result && isGood(result),
    durationMs: result && Math.round(result.durationMs),
    isRepeatable: true,
  };
}

/** Undefined: what the script makes of it is not what a reader would. */
function isGood({ outcome: { kind } }: HealthcheckResult): boolean | undefined {
  return kind === 'accepted' || kind === 'unfinished' ? undefined : kind === 'ok';
}

/** What the Healthcheck Status row says. */
export function describeHealthcheckResult({ outcome }: HealthcheckResult): string {
  switch (outcome.kind) {
    case 'ok':
      return 'Connection OK';
    case 'http-error':
      return `HTTP ${outcome.httpStatus}`;
    case 'accepted':
      return `HTTP ${outcome.httpStatus}, which the script takes for a success`;
    case 'unfinished':
      return `No answer within ${Math.round(outcome.afterMs / 1000)} s; the script waits longer`;
    case 'refused':
      return 'Connection refused';
    case 'timed-out':
      return `Timed out after ${Math.round(outcome.afterMs / 1000)} s`;
    case 'failed':
      return outcome.reason;
  }
}

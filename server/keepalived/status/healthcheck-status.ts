import { findHealthcheck } from '../config/questions.ts';
import type { ConfigurationSummary } from '../config/questions.ts';
import type { HealthcheckResult, Observed } from '../proof/evidence.ts';
import { maskSecrets } from '../secrets/mask-secrets.ts';
import { fresh, staleWords } from './freshness.ts';
import type { InstanceStatus } from './status-model.ts';

/** Asked every 10 s while someone looks, answered within 5 s: three missed rounds make it too old. */
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
  const seen = results.get(found.url);
  const result = fresh(seen, nowMs, lifetimeMs);
  return {
    ...found,
    // Shown to viewers, sent to programs, a label of metrics.
    url: maskSecrets(found.url),
    words: result ? maskSecrets(healthcheckWords(result)) : `Unknown (${staleWords(seen, nowMs)})`,
    good: result ? result.outcome.kind === 'ok' : undefined,
    durationMs: result && Math.round(result.durationMs),
  };
}

/** What the Healthcheck Status row says. */
export function healthcheckWords({ outcome }: HealthcheckResult): string {
  switch (outcome.kind) {
    case 'ok':
      return 'Connection OK';
    case 'http-error':
      return `HTTP ${outcome.httpStatus}`;
    case 'refused':
      return 'Connection refused';
    case 'timed-out':
      return `Timed out after ${Math.round(outcome.afterMs / 1000)} s`;
    case 'failed':
      return outcome.reason;
  }
}

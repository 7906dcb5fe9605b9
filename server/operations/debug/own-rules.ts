import { setTimeout as sleep } from 'node:timers/promises';
import type { Appliance } from '../../appliance/appliance.ts';
import type { Clock } from '../../shared/clock.ts';
import { listOwnFirewallRules } from './firewall.ts';
import type { OwnFirewallRule } from './firewall.ts';

/** So long a reading serves everybody who opens the page. */
const freshMs = 5_000;
/** No page waits longer for a firewall that is slow to answer; it shows the last reading then. */
const getSilenceLimitMs = 500;

export interface OwnRulesReader {
  /** As they were read last; undefined: not yet. */
  current(): readonly OwnFirewallRule[] | undefined;
  /** Reads them again unless that was done just now; waits half a second at most. */
  refresh(): Promise<void>;
  /** What was read before is of another firewall. */
  forget(): void;
}

/** Every rule of ours in the firewall, for a page that may be opened often. */
export function createOwnRulesReader(
  appliance: Appliance,
  clock: Clock,
  onProblem: (error: unknown) => void,
): OwnRulesReader {
  let rules: readonly OwnFirewallRule[] | undefined;
  let readAtMs = -Infinity;
  let reading: Promise<void> | undefined;

  const read = async () => {
    const startedAtMs = clock.monotonicMs();
    rules = await listOwnFirewallRules(appliance);
    readAtMs = startedAtMs;
  };
  return {
    current: () => rules,
    async refresh() {
      if (clock.monotonicMs() - readAtMs < freshMs) return;
      reading ??= read()
        .catch(onProblem)
        .finally(() => {
          reading = undefined;
        });
      await Promise.race([reading, sleep(getSilenceLimitMs, undefined, { ref: false })]);
    },
    forget() {
      readAtMs = -Infinity;
    },
  };
}

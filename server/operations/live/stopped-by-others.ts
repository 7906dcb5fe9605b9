import { setTimeout as sleep } from 'node:timers/promises';
import type { Appliance } from '../../appliance/appliance.ts';
import { readExitLog } from '../../keepalived/runtime/log/exit-log.ts';
import type { Change } from './change.ts';

/** A log daemon writes a line some milliseconds after keepalived has stopped. */
const logLimitMs = 500;
const pollMs = 50;
/** The log's stamps may be of whole seconds. */
const stampToleranceMs = 1_000;
const newestLines = 300;

/** One keepalived, and since when it ended (wall clock, ms). */
export interface EndedDaemon {
  pid: number | undefined;
  sinceMs: number;
}

/** The keepalived that ran when a change began. */
export function getEndedDaemon({ intent }: Pick<Change, 'intent'>): EndedDaemon {
  return { pid: intent.daemonPid, sinceMs: intent.startedAtMs };
}

/**
 * Whether somebody stopped this keepalived in order (`systemctl stop`, SIGTERM), so that it is not
 * for us to start it again. Its log tells (an orderly end begins with “Stopping”, one that its file
 * caused does not; measured, 2.2.7), else who started it, by its exit. What nobody tells is no stop.
 */
export async function wasStoppedByOthers(
  appliance: Pick<Appliance, 'readLog' | 'readKeepalivedExit'>,
  { pid, sinceMs }: EndedDaemon,
): Promise<boolean> {
  if (pid === undefined) return false;
  const deadlineMs = performance.now() + logLimitMs;
  for (;;) {
    const page = await appliance.readLog({
      limit: newestLines,
      fromMs: sinceMs - stampToleranceMs,
    });
    const logged = page.ok ? readExitLog(page.lines.toReversed(), pid) : undefined;
    const exit = logged ?? (await appliance.readKeepalivedExit(pid));
    if (exit !== undefined) return exit === 'stopped';
    if (performance.now() >= deadlineMs) return false;
    await sleep(pollMs);
  }
}

import type { Appliance } from '../appliance/appliance.ts';
import type { DaemonProcess } from '../keepalived/evidence.ts';
import { findNewLines, readReloadLog } from '../keepalived/runtime/reload-log.ts';
import type { ReloadLog } from '../keepalived/runtime/reload-log.ts';

/** Enough lines to know the place again, though lines of one second may be alike. */
const markLines = 20;
/** A reload of 255 instances logs one line for each. */
const newLines = 600;

/**
 * Marks the place in keepalived's log; call it before the reload.
 * @returns what reads the lines since; undefined where the log cannot be read.
 */
export async function followReload(
  appliance: Appliance,
  daemon: DaemonProcess,
): Promise<() => Promise<ReloadLog | undefined>> {
  if (daemon.state !== 'running') return () => Promise.resolve(undefined);
  const mark = await appliance.readLog({ limit: markLines });
  const sinceMs = Date.now();
  if (!mark.ok) return () => Promise.resolve(undefined);
  return async () => {
    const page = await appliance.readLog({ limit: newLines });
    if (!page.ok) return undefined;
    return readReloadLog(findNewLines(mark.lines, page.lines, sinceMs), daemon);
  };
}

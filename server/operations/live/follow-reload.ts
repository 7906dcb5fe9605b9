import type { Appliance } from '../../appliance/appliance.ts';
import type { DaemonProcess } from '../../keepalived/proof/evidence.ts';
import type { LogLine } from '../../keepalived/runtime/log/log-lines.ts';
import { readReloadLog } from '../../keepalived/runtime/log/reload-log.ts';
import type { ReloadLog } from '../../keepalived/runtime/log/reload-log.ts';

const unreadable = () => Promise.resolve(undefined);

/**
 * Marks the end of keepalived's log; call it before the reload or start.
 * @returns what reads all the lines since; undefined where the log cannot be read.
 */
export async function followReload(
  appliance: Appliance,
  daemon: DaemonProcess,
): Promise<() => Promise<ReloadLog | undefined>> {
  const page = await appliance.readLog({ limit: 1 });
  if (!page.ok || page.newest === undefined) return unreadable;
  let cursor = page.newest;
  const lines: LogLine[] = [];
  return async () => {
    const newer = await appliance.readNewerLog(cursor, {});
    if (!newer.ok) return undefined;
    cursor = newer.newest;
    lines.push(...newer.lines);
    return readReloadLog(lines, daemon.state === 'running' ? daemon : undefined);
  };
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { Appliance } from '../../appliance/appliance.ts';

const looks = 4;
const intervalMs = 250;

/**
 * Whether keepalived lives without a VRRP process that lasts: after a crash its parent starts one
 * after the other, from the copy of the file that made the first one crash, also when another file
 * has been restored (measured, 2.2.7). Only a stop and a start help then.
 */
export async function hasDeadChild(appliance: Pick<Appliance, 'readDaemon'>): Promise<boolean> {
  const seen = new Set<number | undefined>();
  for (let count = 0; count < looks; count += 1) {
    if (count > 0) await sleep(intervalMs);
    const daemon = await appliance.readDaemon();
    if (daemon.state !== 'running') return false;
    seen.add(daemon.vrrpPid);
  }
  return seen.has(undefined) || seen.size > 1;
}

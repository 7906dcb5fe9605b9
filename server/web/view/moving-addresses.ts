import { foreseeStop } from '../../keepalived/foresight/stop-with-pair.ts';
import type { PairSummary } from '../../keepalived/pair/pair-summary.ts';

/**
 * What becomes of addresses when keepalived stops here: in a pair what will happen, else
 * `192.168.0.100 moves to the backup, if one is running.`
 * @param names as shown, joined by commas
 * @param addresses without prefix lengths
 */
export function describeMoveToBackup(
  names: string,
  addresses: readonly string[],
  pair: PairSummary | undefined,
): string {
  const foreseen = foreseeStop(addresses, pair);
  if (foreseen.length > 0 && foreseen.length <= longestList) {
    return foreseen.map(({ sentence, danger }) => sentence ?? danger ?? '').join(' ');
  }
  return `${names} ${names.includes(',') ? 'move' : 'moves'} to the backup, if one is running.`;
}

const longestList = 3;

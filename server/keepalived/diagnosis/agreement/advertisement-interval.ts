import { createSettingCheck } from '../setting-check.ts';
import type { Comparison } from '../setting-check.ts';
import { describeDuration } from '../words.ts';

/** Version 2 refuses another interval; in version 3 a standby follows its master (RFC 9568, 6.1). */
export const compareInterval: Comparison = ({ version, intervalMs }, { source, last }) => {
  if (last.version !== version) return 'unknown';
  if (last.intervalMs === intervalMs) return 'same';
  const [ours, theirs] = [describeDuration(intervalMs), describeDuration(last.intervalMs)];
  return {
    verdict: version === 2 ? 'wrong' : 'suspicious',
    sentence:
      `${source} advertises every ${theirs}, this server every ${ours}. ` +
      (version === 2
        ? 'Each refuses the other’s advertisements, so both become master.'
        : 'In version 3 the standby follows the master, so a failover takes longer or shorter depending on who is master.'),
    remedy: 'Write the same advert_int on both servers.',
    ours,
    theirs,
  };
};

export const checkInterval = createSettingCheck(
  { id: 'advertisement-interval', title: 'Advertisement interval', setting: 'advert_int' },
  compareInterval,
  ({ intervalMs }) => `Both servers advertise every ${describeDuration(intervalMs)}.`,
);

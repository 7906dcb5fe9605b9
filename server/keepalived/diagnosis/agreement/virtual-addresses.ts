import { listInWords } from '../../words.ts';
import { createSettingCheck } from '../setting-check.ts';
import type { Comparison } from '../setting-check.ts';

/** The order does not matter (measured, 2.2.7). */
export const compareVirtualAddresses: Comparison = (ours, { source, last }) => {
  if (last.truncated || last.fragmented) return 'unknown';
  const missing = ours.addresses.filter((address) => !last.addresses.includes(address));
  const surplus = last.addresses.filter((address) => !ours.addresses.includes(address));
  if (missing.length === 0 && surplus.length === 0) return 'same';
  const differences = [
    ...(missing.length > 0 ? [`only this server has ${listInWords(missing)}`] : []),
    ...(surplus.length > 0 ? [`only ${source} has ${listInWords(surplus)}`] : []),
  ];
  const mayBeForeign =
    missing.length === ours.addresses.length
      ? ` If ${source} belongs to another cluster, give this one another virtual_router_id on both servers; free here: ${ours.freeVirtualRouterIds.join(', ')}.`
      : '';
  return {
    verdict: 'wrong',
    sentence: `The virtual addresses differ: ${differences.join(', ')}. Each refuses the other’s advertisements, so both become master.`,
    remedy: `Write the same virtual_ipaddress block on both servers.${mayBeForeign}`,
    ours: ours.addresses.join(', '),
    theirs: last.addresses.join(', '),
  };
};

export const checkVirtualAddresses = createSettingCheck(
  { id: 'virtual-addresses', title: 'Virtual addresses', setting: 'virtual_ipaddress' },
  compareVirtualAddresses,
  ({ addresses }) => `Both servers have the same virtual addresses (${addresses.join(', ')}).`,
);

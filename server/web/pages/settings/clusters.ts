import { splitEntries } from '../../../keepalived/settings/instance-settings.ts';
import type { InstanceSettingsPlan } from '../../../operations/forms/instance-settings.ts';

/** Settings that have to keep the same rule, with this server's values. */
export interface ClusterRule {
  rule: string;
  settings: { label: string; value: string }[];
}

/** What must be unique to each cluster on a network, and what equal on its servers. */
export function describeClusters({
  current,
  initialState,
  version,
}: Extract<InstanceSettingsPlan, { ok: true }>): ClusterRule[] {
  const isSecured = current.authentication !== 'none';
  const state = { label: 'State', value: initialState ?? 'not known' };
  return [
    {
      rule: 'Another value in each cluster, the same on both of its servers',
      settings: [
        { label: 'Virtual Router ID', value: current.virtualRouterId },
        { label: 'Virtual IPs', value: splitEntries(current.virtualAddresses).join(', ') },
        ...(isSecured ? [{ label: 'Password', value: 'is set, and never shown' }] : []),
      ],
    },
    {
      rule: 'The same on both servers of a cluster',
      settings: [
        { label: 'Authentication', value: current.authentication },
        { label: 'Advertisement interval', value: `${current.advertInterval} s` },
        { label: 'VRRP version', value: String(version) },
        { label: 'Advertises by', value: current.unicastPeers === '' ? 'multicast' : 'unicast' },
        ...(current.nopreempt ? [state] : []),
      ],
    },
    {
      rule: 'Different on the two servers of a cluster',
      settings: [
        { label: 'Priority', value: current.priority },
        ...(current.nopreempt ? [] : [state]),
      ],
    },
  ];
}

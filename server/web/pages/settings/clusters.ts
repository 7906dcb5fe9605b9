import type { PeerRule } from '../../../keepalived/settings/setting-field.ts';
import { settingFields, settingIds } from '../../../keepalived/settings/setting-fields.ts';
import type { InstanceSettings } from '../../../keepalived/settings/setting-fields.ts';
import type { InstanceSettingsPlan } from '../../../operations/forms/instance-settings.ts';

type Must = PeerRule<InstanceSettings>['must'];

interface ClusterSetting {
  label: string;
  value: string;
}

/** Settings that have to keep the same rule, with this server's values. */
export interface ClusterRule {
  rule: string;
  settings: ClusterSetting[];
}

const rules: Record<Must, string> = {
  unique: 'Different for each cluster, the same on both of its servers',
  same: 'The same on both servers of a cluster',
  different: 'Different on the two servers of a cluster',
};

/** What must be unique to each cluster on a network, and what equal on its servers. */
export function describeClusters({
  current,
  initialState,
  version,
}: Extract<InstanceSettingsPlan, { ok: true }>): ClusterRule[] {
  // What the form does not edit. With nopreempt both servers begin as BACKUP.
  const others: [Must, ClusterSetting][] = [
    ['same', { label: 'VRRP version', value: String(version) }],
    [
      current.nopreempt ? 'same' : 'different',
      { label: 'State', value: initialState ?? 'not known' },
    ],
  ];
  return (Object.keys(rules) as Must[]).map((must) => ({
    rule: rules[must],
    settings: [
      ...settingsThatMust(must, current),
      ...others.flatMap(([rule, setting]) => (rule === must ? [setting] : [])),
    ],
  }));
}

function settingsThatMust(must: Must, current: InstanceSettings): ClusterSetting[] {
  return settingIds.flatMap((field) => {
    const { label, peer } = settingFields[field];
    if (peer?.must !== must) return [];
    const value = peer.tell ? peer.tell(current) : String(current[field]);
    return value === undefined ? [] : [{ label: peer.label ?? label, value }];
  });
}

import type { Finding } from '../config/rules/finding.ts';
import type { SettingsField } from './instance-settings.ts';

/** The field of the form that writes a setting, by the setting's keyword in the file. */
const fields = new Map<string, SettingsField>([
  ['virtual_ipaddress', 'virtualAddresses'],
  ['interface', 'interfaceName'],
  ['virtual_router_id', 'virtualRouterId'],
  ['priority', 'priority'],
  ['advert_int', 'advertInterval'],
  ['authentication', 'authentication'],
  ['auth_type', 'authentication'],
  ['auth_pass', 'password'],
  ['script', 'healthcheckUrl'],
  ['interval', 'healthcheckInterval'],
  ['fall', 'fall'],
  ['rise', 'rise'],
  ['nopreempt', 'nopreempt'],
  ['unicast_peer', 'unicastPeers'],
]);

/** The field that a finding speaks of, in the form of this instance; undefined: it has none there. */
export function findFieldOf(
  { instance, keyword }: Pick<Finding, 'instance' | 'keyword'>,
  instanceName: string,
): SettingsField | undefined {
  if (instance !== instanceName || keyword === undefined) return undefined;
  return fields.get(keyword);
}

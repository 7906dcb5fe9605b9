import type { ConfigurationSummary } from '../summary.ts';
import type { FindingCode } from './finding-codes.ts';
import type { Finding } from './finding.ts';
import type { LocateSetting } from './locate-setting.ts';

/** The setting that keepalived speaks of without a line, by the code of the finding. */
const keywords = new Map<FindingCode, string>([
  ['no-interface', 'interface'],
  ['interface-missing', 'interface'],
  ['virtual-router-id-missing', 'virtual_router_id'],
  ['virtual-address-missing', 'virtual_ipaddress'],
  ['password-missing', 'authentication'],
  ['authentication-ignored', 'authentication'],
  ['nopreempt-with-master', 'nopreempt'],
  ['preempt-delay-ignored', 'preempt_delay'],
  ['unicast-strict', 'unicast_peer'],
  ['unicast-source-missing', 'unicast_src_ip'],
]);

/** keepalived names the instance, but no line: the setting's line, or that of the instance. */
export function placeFinding(
  finding: Finding,
  { instances }: Pick<ConfigurationSummary, 'instances'>,
  locate: LocateSetting,
): Finding {
  const keyword = keywords.get(finding.code);
  const instance = instances.find(({ name }) => name === finding.instance);
  if (finding.line !== undefined || keyword === undefined || !instance) return finding;
  return { ...finding, keyword, ...locate(instance, keyword) };
}

import type { ConfigurationNode } from './tree.ts';

/** Every keyword of the top level, of keepalived 2.2.7 to 2.4.3. */
const knownBlocks = new Set([
  ...['global_defs', 'net_namespace', 'net_namespace_ipvs', 'namespace_with_ipsets', 'instance'],
  ...['use_pid_dir', 'linkbeat_use_polling', 'linkbeat_interfaces', 'child_wait_time'],
  ...['static_ipaddress', 'static_routes', 'static_rules', 'track_group', 'garp_group'],
  ...['interface_up_down_delays', 'vrrp_sync_group', 'vrrp_instance', 'vrrp_script'],
  ...['vrrp_track_process', 'vrrp_track_file', 'track_file', 'bfd_instance'],
  ...['virtual_server', 'virtual_server_group', 'SSL'],
]);

/** Whether keepalived knows a top-level keyword, also behind the condition or sequence of its line. */
export function isKnownBlock(node: ConfigurationNode): boolean {
  if (node.kind === 'include' || (node.kind === 'opaque' && node.reason === 'definition')) {
    return false;
  }
  if (node.kind === 'statement') return knownBlocks.has(node.words[0].text);
  const [, keyword] = /^(?:@\S*\s+|~\w+\s*\([^)]*\)\s*)+(\$|\w+)/.exec(node.text) ?? [];
  // A definition may hold whole blocks.
  return keyword === '$' || (keyword !== undefined && knownBlocks.has(keyword));
}

import { findStatements } from '../language/tree.ts';
import type { ConfigurationContent } from '../language/tree.ts';

/**
 * Whether a reload from one file to the other makes keepalived open IPVS. It does where a
 * `virtual_server` comes; where there was one, it has opened it (`start_check`, 2.2.7).
 */
export function opensIpvs(before: ConfigurationContent, after: ConfigurationContent): boolean {
  return !hasVirtualServer(before) && hasVirtualServer(after);
}

const hasVirtualServer = ({ children }: ConfigurationContent): boolean =>
  findStatements(children, 'virtual_server').length > 0;

/**
 * The danger of a `virtual_server` on a kernel without IPVS: `keepalived -t` passes the file, and at
 * the reload the whole daemon exits and its addresses with it (measured, 2.2.7).
 * @param look `reason` is a sentence
 */
export function describeIpvsDanger(
  look: { kind: 'available' | 'absent' } | { kind: 'unseen'; reason: string },
): string | undefined {
  if (look.kind === 'available') return undefined;
  const cause =
    look.kind === 'unseen'
      ? `Can’t tell whether this kernel has IPVS (module ip_vs), which virtual_server needs: ${look.reason}`
      : 'This kernel has no IPVS (module ip_vs), which virtual_server needs.';
  return `${cause} Without it keepalived exits as soon as it reads this file, and releases every virtual IP. Run \`modprobe ip_vs\` first; in a container, on its host.`;
}

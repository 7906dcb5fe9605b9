import type { ConfiguredInstance } from '../config/summary.ts';

/** RFC 9568, 5.1.1.3 and 5.1.2.3. */
const standard = 255;

/**
 * The TTL or hop limit of an advertisement; undefined: not known. What comes by unicast has the
 * peer's own setting, less what routers on the way took of it. What leaves, as measured with 2.2.7:
 * 255 for IPv4 and the kernel's own default for IPv6, or what `unicast_ttl` says. Without unicast
 * peers that makes it 0 for IPv4, and 255 is not changed for IPv6.
 */
export function findTimeToLive(
  way: { direction: 'in' | 'out'; family: 'inet' | 'inet6'; multicast: boolean },
  { unicastTtl, hasUnreadParts }: Pick<ConfiguredInstance, 'unicastTtl' | 'hasUnreadParts'>,
): number | undefined {
  const { direction, family, multicast } = way;
  if (direction === 'in') return multicast ? standard : undefined;
  if (multicast && family === 'inet6') return standard;
  if (hasUnreadParts === true) return undefined;
  if (multicast) return unicastTtl === undefined ? standard : 0;
  return unicastTtl ?? (family === 'inet' ? standard : undefined);
}

import { compareAddresses } from './address-range.ts';
import type { Firewalld } from './firewall-report.ts';
import type { VrrpPacket } from './packet.ts';

/**
 * What `firewall-cmd --get-active-zones` prints: `public (default)`, and below it
 * `  interfaces: eth0 eth1` and `  sources: 10.9.0.0/24`.
 */
export function parseActiveZones(output: string): Pick<Firewalld, 'zones' | 'sources'> {
  const zones: Firewalld['zones'] = {};
  const sources: Firewalld['sources'] = [];
  let zone = '';
  for (const line of output.split('\n')) {
    if (/^\S/.test(line)) zone = line.split(' ')[0] ?? '';
    const [, kind, list = ''] = /^\s+(interfaces|sources): (.*)$/.exec(line) ?? [];
    const names = list.split(' ').filter((name) => name !== '');
    for (const name of names) {
      if (kind === 'sources') sources.push({ source: name, zone });
      else zones[name] = zone;
    }
  }
  return { zones, sources };
}

/**
 * The zones through which a packet may come in: the one of its sender counts before the one of its
 * interface (firewalld.zone(5)). More than one where it is not known who sends.
 */
export function listZones(
  { interfaceName, source }: VrrpPacket,
  { defaultZone, zones, sources }: Firewalld,
): string[] {
  const ownZone = zones[interfaceName] ?? defaultZone;
  const bound = sources.map(({ source: wanted, zone }) => ({
    zone,
    isIts: source === undefined ? undefined : compareAddresses(source, wanted),
  }));
  const sure = bound.find(({ isIts }) => isIts === true);
  if (sure) return [sure.zone];
  const perhaps = bound.filter(({ isIts }) => isIts === undefined).map(({ zone }) => zone);
  return [...new Set([ownZone, ...perhaps])];
}

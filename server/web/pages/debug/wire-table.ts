import type { HmacTrailer } from '../../../keepalived/wire/decoded-frame.ts';
import type { DebugReport } from '../../../operations/debug/debug-report.ts';
import { describeInstant, formatDuration } from '../../view/time-words.ts';

/** One sender of one virtual router, as it was heard. */
export interface WireRow {
  virtualRouterId: number;
  interfaceName: string;
  source: string;
  macAddress: string;
  isThisServer: boolean;
  isOurCluster: boolean;
  priority: string;
  interval: string;
  addresses: string;
  authentication: string;
  version: string;
  destination: string;
  count: number;
  lastHeard: string;
}

const authenticationWords = { none: 'none', password: 'PASS', ah: 'AH', unknown: 'unknown' };
const lettingGo = 0;

/** Who advertises what, readable: what `tcpdump host 224.0.0.18` shows, one line a sender. */
export function describeWire({ clusters }: Pick<DebugReport, 'clusters'>): WireRow[] {
  return clusters.flatMap((cluster) =>
    cluster.senders.map((sender) => {
      const { measuredIntervalMs, passwordMatchesOurs, checksumOk } = sender;
      const measured =
        measuredIntervalMs === undefined
          ? ''
          : `, heard every ${describeSeconds(measuredIntervalMs)}`;
      const password =
        passwordMatchesOurs === undefined
          ? ''
          : passwordMatchesOurs
            ? ', our password'
            : ', another password';
      const vlan = cluster.vlanIds.length > 0 ? `, VLAN ${cluster.vlanIds.join('.')}` : '';
      return {
        virtualRouterId: cluster.virtualRouterId,
        interfaceName: `${cluster.interfaceName ?? ''}${vlan}`,
        source: sender.source,
        macAddress: sender.sourceMac ?? '',
        isThisServer: cluster.ownSources.includes(sender.source),
        isOurCluster: cluster.isOurs,
        priority: sender.priority === lettingGo ? '0 (stepping down)' : String(sender.priority),
        interval: `${describeSeconds(sender.intervalMs)}${measured}`,
        addresses: sender.addresses.join(', ') || 'none',
        authentication: sender.hmac
          ? describeTrailer(sender.hmac)
          : `${authenticationWords[sender.authentication]}${password}`,
        version: `${sender.version}${checksumOk === false ? ', wrong checksum' : ''}`,
        destination: `${sender.unicast ? 'unicast' : 'multicast'}, TTL ${sender.ttl}`,
        count: sender.count,
        lastHeard: describeInstant(sender.lastHeardAtMs).text,
      };
    }),
  );
}

const trailerWords = {
  right: 'our key',
  wrong: 'another key value or a changed packet',
  'unknown-key': 'a key that this server does not have',
  malformed: 'of an unknown kind',
  unverified: 'not verified',
};

function describeTrailer({ keyId, verdict }: HmacTrailer): string {
  return `HMAC, key ${keyId}: ${trailerWords[verdict]}`;
}

function describeSeconds(durationMs: number): string {
  return durationMs < 10_000
    ? `${Math.round(durationMs / 100) / 10} s`
    : formatDuration(durationMs);
}

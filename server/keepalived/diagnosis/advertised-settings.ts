import { normalizeAddress } from '../addresses/addresses.ts';
import { getAuthentication } from '../config/instance-questions.ts';
import type { ConfiguredInstance } from '../config/summary.ts';
import type { RuntimeInstance } from '../proof/evidence.ts';

/** What an instance is set to, as far as its advertisements show it. */
export interface AdvertisedSettings {
  name: string;
  /** Where its advertisements are heard. */
  interfaceName: string | undefined;
  virtualRouterId: number | undefined;
  version: 2 | 3;
  /** The effective one where the daemon says it; undefined: not known. */
  priority: number | undefined;
  intervalMs: number;
  /** Undefined: not known. */
  authentication: 'none' | 'password' | 'ah' | undefined;
  /** Those that are advertised. */
  addresses: string[];
  unicastPeers: string[];
  trackedScripts: string[];
  /** Whether a part of the file that is not read may have it track more. */
  hasUnreadTracking: boolean;
}

/** What the daemon loaded, where it says so; else what the file says. */
export function getAdvertisedSettings(
  configured: ConfiguredInstance,
  running: RuntimeInstance | undefined,
  interfaceName: string | undefined,
): AdvertisedSettings {
  const version = running?.version ?? configured.version ?? 2;
  // What is not read may say another one; a wait of the usual length is no claim.
  const intervalSeconds = running?.advertIntervalSeconds ?? configured.advertIntervalSeconds ?? 1;
  return {
    name: configured.name,
    interfaceName,
    virtualRouterId: running?.virtualRouterId ?? configured.virtualRouterId,
    version,
    priority: running?.effectivePriority ?? configured.priority,
    intervalMs: Math.round(intervalSeconds * 1000),
    // Version 3 has no authentication; keepalived ignores the block.
    authentication:
      version === 3 ? 'none' : (running?.authentication ?? authenticationOf(configured)),
    addresses: configured.addresses
      .filter(({ excluded }) => !excluded)
      .map(({ address }) => normalizeAddress(address)),
    unicastPeers: configured.unicastPeers.map(normalizeAddress),
    trackedScripts: configured.trackedScripts,
    hasUnreadTracking: configured.hasUnreadParts === true || configured.hasUnreadTracking === true,
  };
}

const authenticationWords = { none: 'none', PASS: 'password', AH: 'ah' } as const;

function authenticationOf(configured: ConfiguredInstance): AdvertisedSettings['authentication'] {
  const type = getAuthentication(configured);
  return type && authenticationWords[type];
}

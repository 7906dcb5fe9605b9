import type { InstanceView } from '../instance-view.ts';
import type { Sender } from '../sender.ts';
import type { Comparison } from '../setting-check.ts';
import { compareInterval } from './advertisement-interval.ts';
import { compareAuthenticationType } from './authentication-type.ts';
import { compareChecksum } from './checksum.ts';
import { compareInstancePassword } from './password.ts';
import { compareOwner } from './priority.ts';
import { compareTimeToLive } from './time-to-live.ts';
import { compareTransport } from './unicast-multicast.ts';
import { compareVirtualAddresses } from './virtual-addresses.ts';
import { compareVersion } from './vrrp-version.ts';

/** All that makes keepalived refuse an advertisement, or not give way to it. */
const comparisons: Comparison[] = [
  compareVersion,
  compareAuthenticationType,
  compareInstancePassword,
  // Version 3 bears another interval.
  (ours, peer) => (ours.version === 2 ? compareInterval(ours, peer) : 'same'),
  compareVirtualAddresses,
  compareTransport,
  compareTimeToLive,
  compareChecksum,
  compareOwner,
];

/** Whether no setting explains why this peer and we do not understand each other. */
export function isInAgreement(ours: InstanceView, peer: Sender): boolean {
  return comparisons.every((compare) => typeof compare(ours, peer) !== 'object');
}

import { checkInterval } from './agreement/advertisement-interval.ts';
import { checkAuthenticationType } from './agreement/authentication-type.ts';
import { checkChecksum } from './agreement/checksum.ts';
import { checkHmac } from './agreement/hmac.ts';
import { checkInstancePassword } from './agreement/password.ts';
import { checkOwner, checkPriority } from './agreement/priority.ts';
import { checkTimeToLive } from './agreement/time-to-live.ts';
import { checkTransport } from './agreement/unicast-multicast.ts';
import { checkVirtualAddresses } from './agreement/virtual-addresses.ts';
import { checkVersion } from './agreement/vrrp-version.ts';
import { checkIds, orderChecks } from './check.ts';
import type { Check, CheckId } from './check.ts';
import { checkAddressNetwork } from './checks/address-network.ts';
import { checkAdvertisementsLost } from './checks/advertisements-lost.ts';
import { checkDuplicateAddress } from './checks/duplicate-address.ts';
import { checkFirewallIn, checkFirewallOut } from './checks/firewall.ts';
import { checkForeignCluster } from './checks/foreign-cluster.ts';
import { checkInterface } from './checks/interface.ts';
import { checkKernelSettings } from './checks/kernel-settings.ts';
import { checkOwnAdvertisements } from './checks/own-advertisements.ts';
import { checkSilentPeer } from './checks/silent-peer.ts';
import { checkSplitBrain } from './checks/split-brain.ts';
import { checkHealthcheck, checkHealthcheckInterval } from './checks/tracking/healthcheck.ts';
import { checkScriptRuns } from './checks/tracking/script-run.ts';
import { checkTrackedProcesses } from './checks/tracking/tracked-process.ts';
import { checkTrackedScripts } from './checks/tracking/tracked-script.ts';
import { checkVirtualRouterId } from './checks/virtual-router-id.ts';
import type { DiagnosisInput } from './input.ts';
import { createInstanceViews } from './instance-view.ts';
import type { InstanceCheck } from './setting-check.ts';

interface CheckEntry {
  run: InstanceCheck;
  /** It rests on what the witnesses say by themselves, without any examination. */
  isWitnessed?: true;
}

/** What each check does; their order is that of `checkIds`. */
const checks: Record<CheckId, CheckEntry> = {
  interface: { run: checkInterface, isWitnessed: true },
  'firewall-in': { run: checkFirewallIn },
  'firewall-out': { run: checkFirewallOut },
  'kernel-settings': { run: checkKernelSettings },
  'address-network': { run: checkAddressNetwork, isWitnessed: true },
  'own-advertisements': { run: checkOwnAdvertisements },
  'virtual-router-id': { run: checkVirtualRouterId },
  'foreign-cluster': { run: checkForeignCluster },
  'unicast-multicast': { run: checkTransport },
  'time-to-live': { run: checkTimeToLive },
  checksum: { run: checkChecksum },
  'vrrp-version': { run: checkVersion },
  'authentication-type': { run: checkAuthenticationType },
  password: { run: checkInstancePassword },
  hmac: { run: checkHmac },
  'advertisement-interval': { run: checkInterval },
  'virtual-addresses': { run: checkVirtualAddresses },
  'address-owner': { run: checkOwner },
  'advertisements-lost': { run: checkAdvertisementsLost },
  'silent-peer': { run: checkSilentPeer },
  'duplicate-address': { run: checkDuplicateAddress },
  'same-priority': { run: checkPriority },
  healthcheck: { run: checkHealthcheck },
  'script-run': { run: checkScriptRuns },
  'healthcheck-interval': { run: checkHealthcheckInterval, isWitnessed: true },
  'tracked-script': { run: checkTrackedScripts, isWitnessed: true },
  'tracked-process': { run: checkTrackedProcesses },
  'split-brain': { run: checkSplitBrain },
};

/** Every check of every instance, what needs attention first and a cause before what it causes. */
export function diagnose(input: DiagnosisInput): Check[] {
  return runChecks(checkIds, input);
}

/** Those checks alone that need no examination, in the same order. */
export function diagnoseWitnessed(input: DiagnosisInput): Check[] {
  return runChecks(
    checkIds.filter((id) => checks[id].isWitnessed),
    input,
  );
}

function runChecks(ids: readonly CheckId[], input: DiagnosisInput): Check[] {
  return orderChecks(
    createInstanceViews(input).flatMap((view) => ids.map((id) => checks[id].run(view))),
  );
}

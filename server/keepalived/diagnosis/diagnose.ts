import { checkInterval } from './agreement/advertisement-interval.ts';
import { checkAuthenticationType } from './agreement/authentication-type.ts';
import { checkChecksum } from './agreement/checksum.ts';
import { checkHmac } from './agreement/hmac.ts';
import { checkPassword } from './agreement/password.ts';
import { checkOwner, checkPriority } from './agreement/priority.ts';
import { checkTimeToLive } from './agreement/time-to-live.ts';
import { checkTransport } from './agreement/unicast-multicast.ts';
import { checkAddresses } from './agreement/virtual-addresses.ts';
import { checkVersion } from './agreement/vrrp-version.ts';
import { orderChecks } from './check.ts';
import type { Check } from './check.ts';
import { checkAddressNetwork } from './checks/address-network.ts';
import { checkAdvertisementsLost } from './checks/advertisements-lost.ts';
import { checkDuplicateAddress } from './checks/duplicate-address.ts';
import { checkFirewallIn, checkFirewallOut } from './checks/firewall.ts';
import { checkForeignCluster } from './checks/foreign-cluster.ts';
import { checkHealthcheck, checkHealthcheckInterval } from './checks/healthcheck.ts';
import { checkInterface } from './checks/interface.ts';
import { checkKernelSettings } from './checks/kernel-settings.ts';
import { checkOwnAdvertisements } from './checks/own-advertisements.ts';
import { checkScriptRuns } from './checks/script-run.ts';
import { checkSilentPeer } from './checks/silent-peer.ts';
import { checkSplitBrain } from './checks/split-brain.ts';
import { checkTrackedProcesses } from './checks/tracked-process.ts';
import { checkTrackedScripts } from './checks/tracked-script.ts';
import { checkVirtualRouterId } from './checks/virtual-router-id.ts';
import type { DiagnosisInput } from './input.ts';
import { createInstanceViews } from './instance-view.ts';
import type { InstanceCheck } from './setting-check.ts';

const instanceChecks = [
  checkInterface,
  checkFirewallIn,
  checkFirewallOut,
  checkKernelSettings,
  checkAddressNetwork,
  checkOwnAdvertisements,
  checkVirtualRouterId,
  checkForeignCluster,
  checkTransport,
  checkTimeToLive,
  checkChecksum,
  checkVersion,
  checkAuthenticationType,
  checkPassword,
  checkHmac,
  checkInterval,
  checkAddresses,
  checkOwner,
  checkAdvertisementsLost,
  checkSilentPeer,
  checkDuplicateAddress,
  checkPriority,
  checkScriptRuns,
  checkHealthcheck,
  checkHealthcheckInterval,
  checkTrackedScripts,
  checkTrackedProcesses,
  checkSplitBrain,
];

/** They rest upon what the witnesses say by themselves, without any examination. */
const witnessChecks = [
  checkInterface,
  checkAddressNetwork,
  checkHealthcheckInterval,
  checkTrackedScripts,
];

/** Every check of every instance, what needs attention first and a cause before what it causes. */
export function diagnose(input: DiagnosisInput): Check[] {
  return runChecks(instanceChecks, input);
}

/** Those checks alone that need no examination, in the same order. */
export function diagnoseWitnessed(input: DiagnosisInput): Check[] {
  return runChecks(witnessChecks, input);
}

function runChecks(checks: readonly InstanceCheck[], input: DiagnosisInput): Check[] {
  return orderChecks(
    createInstanceViews(input).flatMap((view) => checks.map((check) => check(view))),
  );
}

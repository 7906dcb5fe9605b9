import { checkAddressNetwork } from './address-network.ts';
import { checkInterval } from './advertisement-interval.ts';
import { checkAdvertisementsLost } from './advertisements-lost.ts';
import { checkAuthenticationType } from './authentication-type.ts';
import { orderChecks } from './check.ts';
import type { Check } from './check.ts';
import { checkChecksum } from './checksum.ts';
import { checkDuplicateAddress } from './duplicate-address.ts';
import { checkFirewallIn, checkFirewallOut } from './firewall.ts';
import { checkForeignCluster } from './foreign-cluster.ts';
import { checkHealthcheck, checkHealthcheckInterval } from './healthcheck.ts';
import { checkHmac } from './hmac.ts';
import type { DiagnosisInput } from './input.ts';
import { createInstanceViews } from './instance-view.ts';
import { checkInterface } from './interface.ts';
import { checkKernelSettings } from './kernel-settings.ts';
import { checkOwnAdvertisements } from './own-advertisements.ts';
import { checkPassword } from './password.ts';
import { checkOwner, checkPriority } from './priority.ts';
import { checkScriptRuns } from './script-run.ts';
import type { InstanceCheck } from './setting-check.ts';
import { checkSilentPeer } from './silent-peer.ts';
import { checkSplitBrain } from './split-brain.ts';
import { checkTimeToLive } from './time-to-live.ts';
import { checkTrackedProcesses } from './tracked-process.ts';
import { checkTrackedScripts } from './tracked-script.ts';
import { checkTransport } from './unicast-multicast.ts';
import { checkAddresses } from './virtual-addresses.ts';
import { checkVirtualRouterId } from './virtual-router-id.ts';
import { checkVersion } from './vrrp-version.ts';

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

import { normalizeAddress } from '../../addresses/addresses.ts';
import { isVirtualRouter } from '../../addresses/instance-interfaces.ts';
import type { AddressProbe } from '../../proof/evidence.ts';
import { listInWords } from '../../words.ts';
import type { CheckEvidence } from '../check.ts';
import type { InstanceView } from '../instance-view.ts';
import type { Judgement } from '../judgement.ts';
import { cannotTell, findWorst, good } from '../judgement.ts';
import { findPeerSigns } from '../peer-signs.ts';
import { getSilenceLimitMs } from '../sender.ts';
import type { InstanceCheck } from '../setting-check.ts';

/**
 * Whether somebody who should not answers for a virtual address. Who should is the master: this
 * server, or the one whose advertisements are heard.
 */
export const checkDuplicateAddress: InstanceCheck = (view) => {
  // Also those that are left out of advertisements.
  const ours = new Set(view.configured.addresses.map((one) => normalizeAddress(one.address)));
  const probes = view.asked.addressProbes?.filter(({ address }) => ours.has(address));
  return {
    id: 'duplicate-address',
    title: 'Nobody else has the virtual address',
    ...judgeAll(probes, view),
    evidence: probes?.map(describe) ?? [],
    about: { instance: view.name, setting: 'virtual_ipaddress' },
  };
};

function judgeAll(probes: readonly AddressProbe[] | undefined, view: InstanceView): Judgement {
  if (!probes) return cannotTell('Nobody has asked on the network who has it.');
  return (
    findWorst(probes.map((probe) => judge(probe, view))) ??
    cannotTell('Only IPv4 addresses can be asked for by ARP; for IPv6 the kernel does it itself.')
  );
}

function judge(probe: AddressProbe, view: InstanceView): Judgement {
  const { address, interfaceName } = probe;
  if (!probe.ok) return cannotTell(`Who has ${address} could not be asked: ${probe.reason}.`);
  const others = probe.macAddresses.filter((mac) => !isOurs(mac, view));
  if (others.length > 0 && hasChangedMeanwhile(view)) {
    return cannotTell(`While it was asked who has ${address}, the master changed: check again.`);
  }
  const isMasterHere = view.state === 'MASTER';
  const strangers = others.filter((mac) => isMasterHere || !isPeer(mac, view));
  const stranger = strangers[0];
  if (stranger === undefined) return judgeSilence(address, others, view);
  const peer = view.peers.find(({ last }) => last.sourceMac === stranger);
  if (peer) {
    return {
      verdict: 'wrong',
      sentence: `${peer.source} (${stranger}) answers for ${address} while this server serves it: the address exists twice.`,
      remedy: 'The other checks say why both are master. Remove that cause.',
    };
  }
  const who = `The machine with the MAC address ${listInWords(strangers)} answers for ${address} on ${interfaceName}`;
  if (isMasterHere || view.peers.length > 0) {
    return {
      verdict: 'wrong',
      sentence: `${who}, and it is not ${isMasterHere ? 'this server' : `the master (${view.peers[0]?.source ?? ''})`}: clients reach now one, now the other.`,
      remedy: `Find that machine (the switch’s address table names its port) and take ${address} off it, or choose another virtual IP on both servers. If it is the other server of this cluster, both are master: its Debug page tells more.`,
    };
  }
  const hasListened =
    view.obstacle === undefined && view.toMs - view.fromMs >= getSilenceLimitMs(view.intervalMs);
  if (!hasListened) {
    return cannotTell(`${who}; whether that is the other server of this cluster is not known yet.`);
  }
  return {
    verdict: 'wrong',
    sentence: `${who}, but nobody advertises it by VRRP: if this server became active, the address would exist twice.`,
    remedy: `Before you start keepalived, find that machine and take ${address} off it, or choose another virtual IP. If it is the other server, its keepalived has died and left the address: see its status page.`,
  };
}

function hasChangedMeanwhile({ stateSinceMs, asked: { addressesAskedAtMs } }: InstanceView) {
  return (
    stateSinceMs !== undefined &&
    addressesAskedAtMs !== undefined &&
    stateSinceMs >= addressesAskedAtMs
  );
}

function judgeSilence(address: string, answering: string[], view: InstanceView): Judgement {
  const [master] = view.peers;
  if (answering.length > 0) {
    return good(`Only ${master?.source ?? 'the master'} answers for ${address}.`);
  }
  if (view.state !== 'MASTER' && master?.last.unicast === false && master.last.priority > 0) {
    return {
      verdict: 'suspicious',
      sentence: `${master.source} says that it is master, but nobody answers for ${address}.`,
      remedy: `Look at the status page of ${master.source}: does it hold the address?`,
    };
  }
  const signs = findPeerSigns(view);
  if (signs.length === 0) {
    return cannotTell(
      `Nobody else answers for ${address}, but no other server of this cluster has been seen either: one that is cut off from this server could not answer.`,
    );
  }
  return good(`${listInWords(signs)} is there and does not answer for ${address}.`);
}

/** A virtual router's MAC address is no machine's: the master has it, whoever that is. */
function isOurs(mac: string, { network, interfaces }: InstanceView): boolean {
  if (!network?.ok) return false;
  return network.interfaces.some(
    (link) =>
      link.macAddress === mac && !isVirtualRouter(link) && link.name !== interfaces.virtual?.name,
  );
}

/** Also by the virtual router's MAC address (RFC 9568, 7.3), from which a `use_vmac` master answers. */
function isPeer(mac: string, { peers, virtualRouterId, configured }: InstanceView): boolean {
  const last = (virtualRouterId ?? 0).toString(16).padStart(2, '0');
  const virtualMacs = [`00:00:5e:00:01:${last}`, configured.virtualInterface?.macAddress];
  return peers.some(({ last: { sourceMac } }) => mac === sourceMac || virtualMacs.includes(mac));
}

function describe(probe: AddressProbe): CheckEvidence {
  const { address, interfaceName: where } = probe;
  if (!probe.ok) return { what: `${address}: ${probe.reason}`, where };
  const answers = probe.macAddresses.join(', ') || 'nobody';
  return { what: `asked by ARP who has ${address}: ${answers} answered`, where };
}

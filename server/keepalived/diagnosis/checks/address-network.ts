import { containsAddress, normalizeAddress } from '../../addresses/addresses.ts';
import type { ConfiguredAddress } from '../../config/summary.ts';
import type { NetworkAddress } from '../../proof/evidence.ts';
import { listInWords } from '../../words.ts';
import type { InstanceView } from '../instance-view.ts';
import type { Judgement } from '../judgement.ts';
import { cannotTell, findWorst, good } from '../judgement.ts';
import type { InstanceCheck } from '../setting-check.ts';

/** Whether each virtual address lies in a network of the interface that is to hold it. */
export const checkAddressNetwork: InstanceCheck = (view) => {
  const judgements = view.configured.addresses.map((address) => judge(address, view));
  return {
    id: 'address-network',
    title: 'Virtual addresses fit the network',
    ...(findWorst(judgements) ?? cannotTell('The instance has no virtual address.')),
    evidence: [],
    about: { instance: view.name, setting: 'virtual_ipaddress' },
  };
};

function judge(virtual: ConfiguredAddress, view: InstanceView): Judgement {
  const { network } = view;
  // A virtual interface (use_vmac) has no network but that of the one below.
  const interfaceName = virtual.interfaceName ?? view.interfaces.base;
  if (!network?.ok) return cannotTell('The networks of this server are not known.');
  const link = network.interfaces.find(({ name }) => name === interfaceName);
  if (!link) return cannotTell(`This server has no interface ${interfaceName ?? ''}.`);
  const own = link.addresses.filter((held) => isOwn(held, virtual, view));
  const family = virtual.family === 'inet' ? 'IPv4' : 'IPv6';
  if (own.length === 0) {
    return {
      verdict: 'wrong',
      sentence: `${link.name} has no ${family} address of its own: this server has nothing to send its advertisements from, and no other machine finds ${virtual.address} there.`,
      remedy: `Give ${link.name} an address in the network of ${virtual.address}.`,
    };
  }
  const isLinkLocal = ({ address }: Pick<ConfiguredAddress, 'address'>) =>
    address.toLowerCase().startsWith('fe80:');
  const networks = own.filter((held) => !isLinkLocal(held));
  // Every IPv6 interface is in fe80::/64, and advertisements need no other network (RFC 9568, 5.1.2.1).
  if (networks.length === 0 || isLinkLocal(virtual)) {
    return good(`${virtual.address} is on ${link.name} beside its link-local address.`);
  }
  const words = listInWords(
    networks.map(({ address, prefixLength }) => `${address}/${prefixLength}`),
  );
  if (networks.some((held) => containsAddress(held, virtual.address))) {
    return good(`${virtual.address} lies in the network of ${link.name} (${words}).`);
  }
  return {
    verdict: 'suspicious',
    sentence: `${virtual.address} lies outside the networks of ${link.name} (${words}). Only machines with a route to it by way of this server reach it.`,
    remedy:
      'Take an unused address of the interface’s network, or have the routers know the way to it.',
  };
}

/** While this server serves, the virtual addresses stand beside its own. */
function isOwn(held: NetworkAddress, virtual: ConfiguredAddress, view: InstanceView): boolean {
  const isVirtual = view.configured.addresses.some(
    ({ address }) => normalizeAddress(address) === normalizeAddress(held.address),
  );
  return held.family === virtual.family && !isVirtual;
}

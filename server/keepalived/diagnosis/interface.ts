import type { NetworkInterface } from '../evidence.ts';
import type { Check } from './check.ts';
import type { InstanceCheck } from './setting-check.ts';

/** Whether the instance's interface exists, is up and has a carrier. */
export const checkInterface: InstanceCheck = ({ name, interfaceName, network }) => {
  const about = { instance: name, setting: 'interface', ours: interfaceName };
  const check = { id: 'interface', title: 'Network interface', about } as const;
  if (interfaceName === undefined || !network?.ok) {
    return {
      ...check,
      verdict: 'cannot-tell',
      sentence:
        interfaceName === undefined
          ? 'The instance names no interface.'
          : 'The interfaces of this server are not known.',
      evidence: [],
      remedy: undefined,
    };
  }
  const link = network.interfaces.find((candidate) => candidate.name === interfaceName);
  return { ...check, ...judge(interfaceName, link), evidence: link ? [describe(link)] : [] };
};

function judge(
  name: string,
  link: NetworkInterface | undefined,
): Pick<Check, 'verdict' | 'sentence' | 'remedy'> {
  if (!link) {
    return {
      verdict: 'wrong',
      sentence: `This server has no interface ${name}.`,
      remedy: 'Correct “interface” in the configuration, or set the interface up.',
    };
  }
  if (!link.up) {
    return {
      verdict: 'wrong',
      sentence: `${name} is switched off, so this server can neither serve nor hear the other one.`,
      remedy: `Switch it on: ip link set ${name} up`,
    };
  }
  if (!link.carrier) {
    return {
      verdict: 'wrong',
      sentence: `${name} has no carrier: its cable is unplugged, or the switch’s port is off.`,
      remedy:
        'Look at the cable and at the port of the switch (or at the virtual machine’s network).',
    };
  }
  return { verdict: 'good', sentence: `${name} is up and has a carrier.`, remedy: undefined };
}

function describe({ name, up, carrier, addresses }: NetworkInterface) {
  const held = addresses.map(({ address, prefixLength }) => `${address}/${prefixLength}`);
  return {
    what: `${up ? 'up' : 'down'}, ${carrier ? 'with' : 'without'} a carrier, ${held.join(', ') || 'no address'}`,
    where: name,
  };
}

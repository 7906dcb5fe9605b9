import type { NetworkInterface } from '../../proof/evidence.ts';
import type { Check } from '../check.ts';
import type { InstanceCheck } from '../setting-check.ts';

/** Whether the instance's interface, and the virtual one on it, exist, are up and have a carrier. */
export const checkInterface: InstanceCheck = ({ name, interfaces, network, state }) => {
  const { base, virtual } = interfaces;
  const about = { instance: name, setting: 'interface', ours: base };
  const check = { id: 'interface', title: 'Network interface', about } as const;
  if (base === undefined || !network?.ok) {
    return {
      ...check,
      verdict: 'cannot-tell',
      sentence:
        base === undefined
          ? 'The instance names no interface.'
          : 'The interfaces of this server are not known.',
      evidence: [],
      remedy: undefined,
    };
  }
  const find = (wanted: string | undefined) =>
    network.interfaces.find((candidate) => candidate.name === wanted);
  const link = find(base);
  const onTop = find(virtual?.name);
  const judged = judge(base, link);
  // Without keepalived there need be none.
  const isUsed = virtual && (onTop ?? state) !== undefined;
  const worst =
    judged.verdict === 'good' && isUsed ? judgeVirtual(virtual.name, base, onTop) : judged;
  return {
    ...check,
    ...worst,
    evidence: [link, onTop].flatMap((one) => (one ? [describe(one)] : [])),
  };
};

function judgeVirtual(
  name: string,
  base: string,
  link: NetworkInterface | undefined,
): Pick<Check, 'verdict' | 'sentence' | 'remedy'> {
  if (link?.up === true) {
    return {
      verdict: 'good',
      sentence: `${base} is up and has a carrier, and so has keepalived’s own ${name} on it.`,
      remedy: undefined,
    };
  }
  const [what, remedy] = link
    ? ['is switched off', `Switch it on: ip link set ${name} up`]
    : ['does not exist', 'Look at keepalived’s log for the reason, then restart keepalived.'];
  return {
    verdict: 'wrong',
    sentence: `keepalived’s own interface ${name} on ${base} ${what}, so this server can neither serve the address nor receive from the other one.`,
    remedy,
  };
}

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
      sentence: `${name} is switched off, so this server can neither serve the address nor receive from the other one.`,
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

import { hasOwnRule, listObstructions } from '../../firewall/judge-packets.ts';
import type { Obstruction } from '../../firewall/judge-packets.ts';
import { describePacket } from '../../firewall/packet.ts';
import type { PacketDirection } from '../../firewall/packet.ts';
import { describePlace } from '../../firewall/rule-place.ts';
import { listInWords } from '../../words.ts';
import type { Check } from '../check.ts';
import type { InstanceView } from '../instance-view.ts';
import type { InstanceCheck } from '../setting-check.ts';

const ids = { in: 'firewall-in', out: 'firewall-out' } as const;
const titles = {
  in: 'The firewall lets advertisements in',
  out: 'The firewall lets advertisements out',
} as const;

/** Whether this machine's own packet filter lets the other server's advertisements in. */
export const checkFirewallIn: InstanceCheck = (view) => checkFirewall(view, 'in');

/** Whether it lets our own out. */
export const checkFirewallOut: InstanceCheck = (view) => checkFirewall(view, 'out');

function checkFirewall(view: InstanceView, direction: PacketDirection): Check {
  const { name, firewall } = view;
  const packets = view.packets[direction];
  const check = { id: ids[direction], title: titles[direction], about: { instance: name } };
  const offer = { instance: name, direction };
  const tell = (verdict: 'good' | 'cannot-tell', sentence: string): Check => ({
    ...check,
    ...{ verdict, sentence, evidence: [], remedy: undefined },
  });

  if (!firewall) return tell('cannot-tell', 'The firewall of this server has not been read yet.');
  const [first, ...others] = packets;
  if (!first) {
    return tell('cannot-tell', 'Which packets have to pass is not known: see “interface”.');
  }
  const [worst] = listObstructions(packets, firewall);
  if (worst) {
    return {
      ...check,
      ...describeObstruction(worst),
      ...(worst.allowCommand === undefined ? {} : { offer: { kind: 'allow-vrrp', ...offer } }),
    };
  }
  if (firewall.problems.length > 0) return tell('cannot-tell', firewall.problems.join(' '));
  if (firewall.programs.length === 0) {
    return tell(
      'good',
      'This server has no firewall: there is no program for one, and the kernel has no rules.',
    );
  }
  const way = direction === 'in' ? 'in' : 'out';
  const what = listInWords([first, ...others].map(describePacket));
  const good = tell('good', `The firewall lets ${what} ${way} on ${first.interfaceName}.`);
  if (!hasOwnRule(packets, firewall)) return good;
  const sentence = `${good.sentence} A rule that was added here does that: without it both servers may become master.`;
  return { ...good, sentence, offer: { kind: 'withdraw-vrrp', ...offer } };
}

function describeObstruction({
  packet,
  fate,
  allowCommand,
}: Obstruction): Pick<Check, 'verdict' | 'sentence' | 'evidence' | 'remedy'> {
  const { direction, interfaceName } = packet;
  const [way, consequence] =
    direction === 'in'
      ? ['incoming', 'keepalived does not hear the other server and becomes master beside it']
      : ['outgoing', 'the other server does not hear this one and becomes master beside it'];
  const what = `${way} ${describePacket(packet)} on ${interfaceName}`;
  const remedy =
    allowCommand === undefined
      ? `Allow protocol ${packet.protocol} to ${packet.destination} in the firewall’s own settings.`
      : `Allow it: ${allowCommand}`;
  if (fate.outcome === 'dropped') {
    return {
      verdict: 'wrong',
      sentence: `This server’s firewall drops ${what}, so ${consequence}.`,
      evidence: [{ what: describePlace(fate.by), where: 'the firewall' }],
      remedy,
    };
  }
  return {
    verdict: 'cannot-tell',
    sentence: `Whether the firewall drops ${what} cannot be said: it depends on “${fate.expression}”.`,
    evidence: [{ what: describePlace(fate.by), where: 'the firewall' }],
    remedy,
  };
}

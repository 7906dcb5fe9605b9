import type { Firewalld, FirewallReport } from './firewall-report.ts';
import { listZones } from './firewalld-zones.ts';
import { splitShellWords } from './iptables/shell-words.ts';
import type { VrrpPacket } from './packet.ts';
import type { RulePlace } from './rule-place.ts';
import { ownComment } from './rule-set.ts';
import type { Chain, ChainPlace } from './rule-set.ts';

/** A program and its arguments. */
export interface FirewallCommand {
  program: string;
  words: string[];
}

/**
 * The command that lets a packet pass, in front of the place that may drop it.
 * @returns undefined for a bridge, for a chain of another interface, and where firewalld is in charge and has no rule for it: outgoing
 * packets.
 */
export function planAllowCommand(
  packet: VrrpPacket,
  before: RulePlace,
  report: Pick<FirewallReport, 'programs' | 'firewalld' | 'chains'>,
): FirewallCommand | undefined {
  const { firewalld } = report;
  if (firewalld && isMadeByFirewalld(before, report.chains)) {
    if (packet.direction === 'out') return undefined;
    const rule = writeRichRule(packet);
    const has = (zone: string) =>
      firewalld.richRules.some((each) => each.zone === zone && each.text === rule);
    const zones = listZones(packet, firewalld);
    const zone = zones.find((name) => !has(name)) ?? zones[0] ?? firewalld.defaultZone;
    return planRichRule('add', zone, rule);
  }
  const { manager, family, table, chain, rule } = before;
  // Which port is meant, only the administrator knows; ebtables does not know nft's rules.
  if (family === 'bridge' || !isOnOwnDevice(before, packet, report.chains)) return undefined;
  if (manager === 'nft') {
    const place = `${family} ${table} ${chain}`;
    const handle = rule?.handle === undefined ? '' : ` handle ${rule.handle}`;
    const verb = rule ? 'insert' : 'add';
    return { program: 'nft', words: [`${verb} rule ${place}${handle} ${writeNftRule(packet)}`] };
  }
  const position = rule ? ['-I', chain, String(rule.position)] : ['-A', chain];
  return {
    program: findIptables(before, report.programs),
    words: ['-w', '5', '-t', table, ...position, ...writeIptablesRule(packet)],
  };
}

/** The command that takes one of our own rules away again. */
export function planRemoval(place: RulePlace, programs: readonly string[]): FirewallCommand {
  const { manager, family, table, chain, rule } = place;
  if (manager === 'nft') {
    const handle = String(rule?.handle ?? '');
    return { program: 'nft', words: [`delete rule ${family} ${table} ${chain} handle ${handle}`] };
  }
  const [, ...words] = splitShellWords(rule?.text ?? '');
  return {
    program: findIptables(place, programs),
    words: ['-w', '5', '-t', table, '-D', ...words],
  };
}

/** Adds or removes a rich rule of a zone, now or permanently. */
export function planRichRule(
  verb: 'add' | 'remove',
  zone: string,
  rule: string,
  permanent = false,
): FirewallCommand {
  const words = [`--zone=${zone}`, `--${verb}-rich-rule=${rule}`];
  return { program: 'firewall-cmd', words: permanent ? ['--permanent', ...words] : words };
}

/** A rich rule has no comment, so its unusual priority says whose it is. */
const ownPriority = -112;

/** Our own rich rules. */
export function listOwnRichRules({ richRules }: Firewalld): Firewalld['richRules'] {
  const own = richRules.filter(({ text }) => text.includes(`priority="${ownPriority}"`));
  return own.filter(({ text }) => /protocol value="(vrrp|ah)"/.test(text));
}

/** firewalld.richlanguage(5). */
function writeRichRule({ family, multicast, source, destination, protocol }: VrrpPacket) {
  const side = multicast
    ? `destination address="${destination}"`
    : `source address="${source ?? ''}"`;
  const name = protocol === 112 ? 'vrrp' : 'ah';
  const version = family === 'inet' ? 'ipv4' : 'ipv6';
  return `rule priority="${ownPriority}" family="${version}" ${side} protocol value="${name}" accept`;
}

/** As one types it in a shell. */
export function writeCommand({ program, words }: FirewallCommand): string {
  return [
    program,
    ...words.map((word) => (/^[\w.,:/=!+-]+$/.test(word) ? word : `'${word}'`)),
  ].join(' ');
}

/** A rule for our interface says nothing in a chain of another, as of a port below a bridge. */
function isOnOwnDevice(
  { family, table }: ChainPlace,
  { interfaceName, parentName }: VrrpPacket,
  chains: readonly Chain[],
): boolean {
  const own = [interfaceName, parentName];
  const devices = chains
    .filter((chain) => chain.family === family && chain.table === table)
    .flatMap(({ base }) => base?.devices ?? []);
  return family !== 'netdev' || devices.some((device) => own.includes(device));
}

function isMadeByFirewalld({ manager, table }: ChainPlace, chains: readonly Chain[]): boolean {
  if (table === nftTable) return true;
  // Its other backend is iptables; beside a table of its own, those rules are somebody else's, and a
  // rule of a zone is not in front of them.
  return manager !== 'nft' && !chains.some((chain) => chain.table === nftTable);
}

/** Of firewalld with its backend nftables (firewalld.conf(5)). */
const nftTable = 'firewalld';

/** `iifname "eth0" ip daddr 224.0.0.18 meta l4proto 112 counter accept comment "keepalived-wai"` */
function writeNftRule(packet: VrrpPacket): string {
  const { direction, family, interfaceName, protocol } = packet;
  const { side, address } = findTelling(packet);
  const link = `${direction === 'in' ? 'iifname' : 'oifname'} "${interfaceName}"`;
  const field = `${family === 'inet' ? 'ip' : 'ip6'} ${side === 'source' ? 'saddr' : 'daddr'}`;
  return `${link} ${field} ${address} meta l4proto ${protocol} counter accept comment "${ownComment}"`;
}

function writeIptablesRule(packet: VrrpPacket): string[] {
  const { direction, interfaceName, protocol } = packet;
  const { side, address } = findTelling(packet);
  return [
    ...[side === 'source' ? '-s' : '-d', address, direction === 'in' ? '-i' : '-o', interfaceName],
    ...['-p', String(protocol), '-m', 'comment', '--comment', ownComment, '-j', 'ACCEPT'],
  ];
}

/** The one address that makes the rule narrow: the group's, or the unicast peer's. */
function findTelling({ direction, multicast, source, destination }: VrrpPacket) {
  return !multicast && direction === 'in' && source !== undefined
    ? ({ side: 'source', address: source } as const)
    : ({ side: 'destination', address: destination } as const);
}

function findIptables({ family, manager }: ChainPlace, programs: readonly string[]): string {
  const name = family === 'ip6' ? 'ip6tables' : 'iptables';
  const variant = `${name}-${manager === 'iptables-nft' ? 'nft' : 'legacy'}`;
  return programs.includes(variant) ? variant : name;
}

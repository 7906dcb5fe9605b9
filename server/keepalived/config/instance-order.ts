import { bareAddress } from '../addresses/addresses.ts';
import { getChildren, hasUnknownWord, isUnread } from '../language/block-reading.ts';
import { getConfigurationPlace } from '../language/place.ts';
import type { ConfigurationNode, Statement } from '../language/tree.ts';
import { findAddress } from './addresses.ts';
import type { ConfigurationProblem, ConfiguredAddress } from './summary.ts';

type Family = ConfiguredAddress['family'];

/** What depends on the order of an instance's statements. */
export interface OrderSensitiveValues {
  /** Of its advertisements; undefined: nothing says it, and keepalived takes IPv4. */
  family: Family | undefined;
  version: 2 | 3 | undefined;
  addresses: ConfiguredAddress[];
  /** As written, without a prefix length, which keepalived ignores (measured, 2.2.7). */
  unicastPeers: string[];
  unicastSourceAddress: string | undefined;
}

/**
 * Reads what keepalived decides statement by statement (`vrrp_parser.c`, `vrrp_data.c` 2.2.7,
 * measured): the first address of any kind sets the family, and addresses and peers of the other
 * one are left out; of `version` the first counts, and 2 is ignored behind IPv6. Behind a part that
 * is not read nothing is left out for its family. Entries that are no addresses are added to
 * `problems`.
 */
export function readInOrder(
  nodes: readonly ConfigurationNode[],
  problems: ConfigurationProblem[],
): OrderSensitiveValues {
  const values: OrderSensitiveValues = {
    ...{ family: undefined, version: undefined, unicastSourceAddress: undefined },
    ...{ addresses: [], unicastPeers: [] },
  };
  let isSure = true;
  /** Whether an address of this family is taken; the first one decides. */
  const takes = (family: Family | undefined): boolean => {
    if (family === undefined) return false;
    values.family ??= family;
    return values.family === family || !isSure;
  };
  for (const node of nodes) {
    if (isUnread(node) && values.family === undefined) isSure = false;
    if (node.kind !== 'statement') continue;
    const [keyword = '', value] = node.words.map(({ text }) => text);
    switch (keyword) {
      case 'unicast_peer':
        values.unicastPeers.push(
          ...statementsIn(node)
            .filter((entry) => hasUnknownWord(entry) || takes(familyOf(firstOf(entry))))
            .map((entry) => bareAddress(firstOf(entry))),
        );
        break;
      case 'unicast_src_ip':
      case 'mcast_src_ip': {
        const address = bareAddress(value ?? '');
        const isTaken = hasUnknownWord(node) || takes(familyOf(address));
        if (isTaken && keyword === 'unicast_src_ip') values.unicastSourceAddress = address;
        break;
      }
      case 'mcast_dst_ip':
        takes(familyOf(value ?? ''));
        break;
      case 'native_ipv6':
        if (takes('inet6')) values.version = 3;
        break;
      case 'version':
        values.version ??= readVersionWord(value, values.family);
        break;
      case 'virtual_ipaddress':
      case 'virtual_ipaddress_excluded': {
        const excluded = keyword === 'virtual_ipaddress_excluded';
        const read = readAddresses(node, excluded, problems);
        values.addresses.push(...read.filter((one) => excluded || takes(one.family)));
        break;
      }
    }
  }
  const { addresses } = values;
  // Those that advertisements name first, as keepalived's account lists them.
  values.addresses = [
    ...addresses.filter(({ excluded }) => !excluded),
    ...addresses.filter(({ excluded }) => excluded),
  ];
  return values;
}

function readVersionWord(value: string | undefined, family: Family | undefined) {
  if (value === '2') return family === 'inet6' ? undefined : 2;
  return value === '3' ? 3 : undefined;
}

function readAddresses(
  block: Statement,
  excluded: boolean,
  problems: ConfigurationProblem[],
): ConfiguredAddress[] {
  return statementsIn(block).flatMap(({ words, line, path }) => {
    const texts = words.map((word) => word.text);
    const address = findAddress(texts, { line, path, excluded });
    if (address !== undefined) return address === 'left-out' ? [] : [address];
    const message = `“${texts[0] ?? ''}” is no IP address; keepalived skips it.`;
    problems.push({ code: 'invalid-address', ...getConfigurationPlace({ line, path }), message });
    return [];
  });
}

const statementsIn = (block: Statement): Statement[] =>
  getChildren(block).filter((node) => node.kind === 'statement');

const firstOf = ({ words }: Statement): string => words[0].text;

function familyOf(written: string): Family | undefined {
  const address = findAddress([bareAddress(written)], { line: 0, excluded: false });
  return address === undefined || address === 'left-out' ? undefined : address.family;
}

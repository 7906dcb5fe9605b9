import type { AddressChange, NetworkAddress, NetworkReport } from '../proof/evidence.ts';
import { normalizeAddress } from './addresses.ts';

/**
 * The kernel's account after changes that it told of, oldest first. What is about an interface that
 * the account does not know is left out: a new account is asked for anyway.
 */
export function applyAddressChanges(
  report: NetworkReport,
  changes: readonly AddressChange[],
): NetworkReport {
  if (!report.ok) return report;
  return {
    ok: true,
    interfaces: report.interfaces.map((link) => {
      const own = changes.filter(({ interfaceName }) => interfaceName === link.name);
      return own.length === 0 ? link : { ...link, addresses: own.reduce(apply, link.addresses) };
    }),
  };
}

function apply(addresses: NetworkAddress[], { kind, address }: AddressChange): NetworkAddress[] {
  const others = addresses.filter((one) => !isSame(one, address));
  // An address is told of again when only its lifetime changes.
  return kind === 'removed' ? others : [...others, address];
}

const isSame = (one: NetworkAddress, other: NetworkAddress): boolean =>
  one.prefixLength === other.prefixLength &&
  normalizeAddress(one.address) === normalizeAddress(other.address);

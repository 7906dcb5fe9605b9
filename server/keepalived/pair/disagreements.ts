/** What two servers of one virtual router must have in common, and have not. */
import { listInWords } from '../words.ts';
import type { Member } from './known-server.ts';
import type { InstanceReport } from './server-report.ts';

/**
 * Where the two refuse each other's advertisements, or would after their next reload: each as a clause
 * with both values, without a full stop. What one of them does not tell is no difference.
 */
export function findDisagreements(one: Member, other: Member): string[] {
  const [a, b] = [one.instance, other.instance];
  const names = [one.server.name, other.server.name] as const;
  const rows: (string | undefined)[] = [
    differ(names, 'VRRP version', a.version, b.version),
    a.version === 3 || b.version === 3
      ? undefined
      : differ(names, 'advertisement interval', seconds(a), seconds(b)),
    differ(names, 'authentication', a.authentication, b.authentication),
    differ(names, 'way of advertising', transport(a), transport(b)),
    compareAddresses(names, a, b),
    ...compareSecrets(one, other).map(
      (name) => `the ${name} of ${names[0]} and ${names[1]} differ`,
    ),
  ];
  return rows.filter((row) => row !== undefined);
}

type Names = readonly [string, string];

function differ(
  [name, otherName]: Names,
  what: string,
  one: string | number | undefined,
  other: string | number | undefined,
): string | undefined {
  if (one === undefined || other === undefined || one === other) return undefined;
  return `the ${what} differs: ${name} has ${one}, ${otherName} has ${other}`;
}

const seconds = ({ advertIntervalMs }: InstanceReport): string | undefined =>
  advertIntervalMs === undefined ? undefined : `${advertIntervalMs / 1_000} s`;

const transport = ({ unicastPeers }: InstanceReport): string =>
  unicastPeers.length > 0 ? 'unicast' : 'multicast';

/** The order does not matter (measured, 2.2.7). */
function compareAddresses(
  [name, otherName]: Names,
  { advertised: one }: InstanceReport,
  { advertised: other }: InstanceReport,
): string | undefined {
  if (!one || !other) return undefined;
  const only = one.filter((address) => !other.includes(address));
  const onlyOther = other.filter((address) => !one.includes(address));
  if (only.length === 0 && onlyOther.length === 0) return undefined;
  const parts = [
    ...(only.length > 0 ? [`only ${name} has ${listInWords(only)}`] : []),
    ...(onlyOther.length > 0 ? [`only ${otherName} has ${listInWords(onlyOther)}`] : []),
  ];
  return `the virtual IPs differ: ${parts.join(', ')}`;
}

/**
 * The secrets that differ, by name in the plural: `passwords`. Only of this server and another one, and
 * only under the key that the two have together.
 */
export function compareSecrets(one: Member, other: Member): string[] {
  if (!one.server.isThis) return other.server.isThis ? compareSecrets(other, one) : [];
  const own = other.server.ownDigests?.get(one.instance.name) ?? [];
  return own.flatMap(({ name, digest }) => {
    const theirs = other.instance.secretDigests.find((secret) => secret.name === name);
    if (!theirs || theirs.digest === digest) return [];
    // Version 3 has no password; keepalived ignores it.
    const isPassword = name === 'auth_pass';
    if (isPassword && (one.instance.version === 3 || other.instance.version === 3)) return [];
    return [isPassword ? 'passwords' : `values of ${name}`];
  });
}

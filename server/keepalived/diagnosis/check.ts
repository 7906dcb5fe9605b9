/**
 * good: looked at, and in order by what was seen, not by what was not · suspicious: works, but was probably
 * not meant · wrong: this is why it does not work · cannot-tell: the sentence says what was missing ·
 * note: there is nothing to look at, as where no script is tracked.
 */
export type CheckVerdict = 'good' | 'suspicious' | 'wrong' | 'cannot-tell' | 'note';

export interface CheckEvidence {
  what: string;
  /** An interface, a log, … */
  where?: string | undefined;
  /** Wall clock, milliseconds since the epoch. */
  atMs?: number | undefined;
  /** What a script printed or a service answered may be anything: for administrators only. */
  isOutput?: true;
}

/** An operation that a button may start, for the instance that the check is about. */
export interface CheckOffer {
  kind: 'allow-vrrp' | 'withdraw-vrrp';
  instance: string;
  direction: 'in' | 'out';
}

/** What one check found, for one instance. Never holds a password. */
export interface Check {
  id: CheckId;
  title: string;
  verdict: CheckVerdict;
  /** What was found, in words that one can act on. */
  sentence: string;
  evidence: CheckEvidence[];
  remedy: string | undefined;
  /** A command that the remedy quotes: its arguments are for administrators only. */
  command?: string | undefined;
  /** What the page can do about it. */
  offer?: CheckOffer | undefined;
  about: {
    instance: string;
    /** keepalived's keyword, with both values where they may be shown. */
    setting?: string | undefined;
    ours?: string | undefined;
    theirs?: string | undefined;
  };
}

/** Stable, for automation. Causes come before what follows from them. */
export const checkIds = [
  'interface',
  'firewall-in',
  'firewall-out',
  'kernel-settings',
  'address-network',
  'own-advertisements',
  'virtual-router-id',
  'foreign-cluster',
  'unicast-multicast',
  'time-to-live',
  'checksum',
  'vrrp-version',
  'authentication-type',
  'password',
  'hmac',
  'advertisement-interval',
  'virtual-addresses',
  'address-owner',
  'advertisements-lost',
  'silent-peer',
  'duplicate-address',
  'same-priority',
  'healthcheck',
  'script-run',
  'healthcheck-interval',
  'tracked-script',
  'tracked-process',
  'split-brain',
] as const;
export type CheckId = (typeof checkIds)[number];

/** What needs attention most comes first. */
export const verdicts: readonly CheckVerdict[] = [
  'wrong',
  'suspicious',
  'cannot-tell',
  'good',
  'note',
];

/** Sorts by what needs attention most; among equals the cause comes before what it causes. */
export function orderChecks<One extends Check>(checks: readonly One[]): One[] {
  return checks.toSorted(
    (one, other) =>
      verdicts.indexOf(one.verdict) - verdicts.indexOf(other.verdict) ||
      checkIds.indexOf(one.id) - checkIds.indexOf(other.id),
  );
}

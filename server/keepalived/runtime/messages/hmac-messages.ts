import type { CatalogueEntry } from './catalogue-entry.ts';

const consequence = 'The advertisement is refused, and both servers may become master.';

/** What 2.4 says of `auth_hmac`, each with its cause. */
export const hmacMessages = [
  {
    id: 'hmac-missing',
    kind: 'mismatch',
    severity: 'error',
    pattern: /^\((?<instance>.+)\) missing authentication trailer from (?<address>\S+)$/,
    explanation: `The other server sends no auth_hmac trailer. ${consequence}`,
    whatToDo:
      'Configure auth_hmac there too. While you roll it out, write “mode permissive” on both servers.',
  },
  {
    id: 'hmac-malformed',
    kind: 'mismatch',
    severity: 'error',
    pattern: /^\((?<instance>.+)\) malformed authentication trailer from (?<address>\S+)$/,
    explanation: `The auth_hmac trailer is of another version or kind. ${consequence}`,
    whatToDo: 'Use the same keepalived release on both servers.',
  },
  {
    id: 'hmac-unknown-key',
    kind: 'mismatch',
    severity: 'error',
    pattern: /^\((?<instance>.+)\) unknown authentication key id (?<key>\d+) from (?<address>\S+)$/,
    explanation: `The other server signs with a key number that this server does not have. ${consequence}`,
    whatToDo: 'Write the key with this number into auth_hmac on this server too.',
  },
  {
    id: 'hmac-invalid',
    kind: 'mismatch',
    severity: 'error',
    pattern: /^\((?<instance>.+)\) invalid authentication HMAC from (?<address>\S+)$/,
    explanation: `The key has the same number and another value, or the packet was changed on its way. ${consequence}`,
    whatToDo: 'Write the same key under this number on both servers.',
  },
  {
    id: 'hmac-stale',
    kind: 'mismatch',
    severity: 'error',
    pattern:
      /^\((?<instance>.+)\) stale authentication trailer from (?<address>\S+), clock skew (?<skew>-?\d+) sec exceeds window (?<window>\d+) sec$/,
    explanation: `The clocks of the two servers differ by more than the window. ${consequence}`,
    whatToDo: 'Let both servers take their time from the same source (chrony, NTP).',
  },
  {
    id: 'hmac-replay',
    kind: 'mismatch',
    severity: 'error',
    pattern: /^\((?<instance>.+)\) replayed authentication trailer from (?<address>\S+)$/,
    explanation:
      'An advertisement came a second time, or the clock of the other server was set back. It is refused.',
    whatToDo:
      'If the clock there was set back, it heals when the old time is reached, or restart keepalived there. Otherwise look for a loop in the network, or for somebody who replays packets.',
  },
  {
    id: 'hmac-clock-skew',
    kind: 'mismatch',
    severity: 'warning',
    pattern:
      /^\((?<instance>.+)\) authentication clock skew (?<skew>-?\d+) sec from (?<address>\S+) approaching window (?<window>\d+) sec$/,
    explanation:
      'The clocks of the two servers drift apart. Beyond the window advertisements are refused.',
    whatToDo: 'Let both servers take their time from the same source (chrony, NTP).',
  },
] as const satisfies readonly CatalogueEntry[];

import type { SecureContext } from 'node:tls';
import type { PinnedServers } from '../identity/pinned-servers.ts';
import type { PairTable } from '../pair-table.ts';
import type { PairOptions, PairTiming } from '../pair.ts';
import type { Greeting } from '../wire/greetings.ts';

/** What this server does on a connection: it asks, or it answers. */
export type LinkRole = 'ask' | 'answer';

/** How this server presents itself on each link. */
export type Presence = Omit<Extract<Greeting, { kind: 'link' }>, 'kind' | 'wants'>;

/** What every link of this server acts with. */
export interface LinkContext<Report> {
  options: Omit<PairOptions<Report>, 'timing'>;
  timing: PairTiming;
  table: PairTable<Report>;
  known: PinnedServers;
  /** As of now: the key may be renewed. */
  tls: () => SecureContext;
  presence: () => Presence;
  /** A new key that this server announces. */
  findNextKey: () => { fingerprint: string; signature: string } | undefined;
  /** Another server knows the next key. */
  noteKeyKnown: () => void;
}

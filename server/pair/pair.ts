/** What the pair is to the rest of the agent: this server's link with the other servers, as plain data. */
import type { Duplex } from 'node:stream';
import type { z } from 'zod';
import type { Clock } from '../shared/clock.ts';
import type { PairGrant } from './link-protocol.ts';

export interface PairOptions<Report> {
  /** The state folder; the pair has `pair/` in it. */
  directory: string;
  /** A digest of /etc/machine-id, as machine-id(5) recommends; undefined: it could not be read. */
  machineId: string | undefined;
  /** As of now: it may change. */
  hostName: () => string;
  /** Of this program; told, and not compared. */
  version: string;
  reportSchema: z.ZodType<Report>;
  /**
   * What this server tells the other of itself, as of now.
   * @param digest of a secret, under a key that only the two ends of this link have
   */
  describe: (digest: SecretDigest) => Report;
  /** Calls back when `describe` has news. @returns what ends it */
  subscribe: (listener: () => void) => () => void;
  /** The addresses of this server's pages, as the other one may reach them. The first is the best. */
  ownUrls: () => string[];
  /** Connects to the page at this address and asks for `pair/link` below it. Rejects with a `UserError`. */
  dial: (url: string, signal: AbortSignal) => Promise<Duplex>;
  clock: Clock;
  /** `view` has news. */
  onChange: () => void;
  /** For the log; without codes, keys and digests. */
  onProblem: (problem: PairProblem) => void;
  timing?: Partial<PairTiming>;
}

/** Equal secrets have equal digests, for the two ends of one link. Nothing else follows from them. */
export type SecretDigest = (secret: string) => string;

/** In milliseconds. */
export interface PairTiming {
  /** Between two questions whether the other still is as it said. */
  beatMs: number;
  /** What was not confirmed for so long is not heard. */
  unheardMs: number;
  /** A connection on which nothing was heard for so long is ended. */
  silenceMs: number;
  firstRetryMs: number;
  longestRetryMs: number;
  /** How long the other has time to ask by itself, before it is offered an answer. */
  offerAfterMs: number;
  /** From the first byte to two servers who know each other. */
  authenticateMs: number;
  dialMs: number;
  /** So long after a start or a pairing, one who does not know this server may only be late. */
  newPairMs: number;
  /** A key is renewed when it is so old. */
  renewKeyMs: number;
}

export interface PairProblem {
  kind: 'link' | 'refused' | 'flood' | 'copy' | 'store';
  /** One sentence. Words of the other server in it have no control characters. */
  sentence: string;
}

/** All its errors are `UserError`s with a sentence that one can act on. */
export interface Pair<Report> {
  /** A connection that asked for `pair/link` here. */
  accept(pipe: Duplex, from: { address: string }): void;
  view(): PairView<Report>;
  /** A new code, in place of the one before. @param grant what the server that uses it may do here */
  showCode(grant: PairGrant): ShownCode;
  withdrawCode(): void;
  /** @param grant what the other server may do here */
  pairWith(wanted: { url: string; code: string; grant: PairGrant }): Promise<PairedServer>;
  /** Also forgets a server that has ended the pairing itself. */
  unpair(id: string): Promise<void>;
  setGrant(id: string, grant: PairGrant): Promise<void>;
  /** As the report of that server has them; undefined: there is no link to it now. */
  findDigest(id: string): SecretDigest | undefined;
  close(): Promise<void>;
}

export interface ShownCode {
  /** `XXXX-XXXX-XXXX-XXXX`. A secret: for the page of who asked for it only. */
  code: string;
  expiresAtMs: number;
}

export interface PairedServer {
  id: string;
  name: string;
}

export interface PairView<Report> {
  self: PairedServer & { fingerprint: string };
  /** undefined: none is shown. The code itself is in no view. */
  code: { expiresAtMs: number; triesLeft: number; grant: PairGrant } | undefined;
  servers: PairedServerView<Report>[];
  /** Why this server is not paired any more, or what became of the code. */
  notice: string | undefined;
}

export interface PairedServerView<Report> extends PairedServer {
  /** Where its page was reached last, first. */
  urls: string[];
  /** What it may do here. */
  grant: PairGrant;
  /** What this server may do there, as it told; undefined: not yet told. */
  allows: PairGrant | undefined;
  /** Since the epoch. */
  pairedAtMs: number;
  link: PairLinkView;
  /** The last one. Only of a link that is `connected` it is a fact of now. */
  report:
    | {
        value: Report;
        /** This server's own, with its secrets as the same digests, for comparing. */
        own: Report;
        ageMs: number;
      }
    | undefined;
  /** How far its wall clock is ahead of this server's; it is right up to `uncertaintyMs`. */
  clock: { offsetMs: number; uncertaintyMs: number } | undefined;
}

export interface PairLinkView {
  /**
   * connected: heard within the last seconds · not-heard: heard before · never-heard: not since this
   * program started · ended-by-other: it has ended the pairing · copy: two machines say that they are it.
   */
  state: 'connected' | 'not-heard' | 'never-heard' | 'ended-by-other' | 'copy';
  /** undefined: never. It is never less than what it truly is. */
  heardAgoMs: number | undefined;
  /** Whether it follows this server, too. */
  isFollowing: boolean;
  /** A sentence that says what is wrong and what to do. */
  problem: string | undefined;
  /** Of its program. */
  version: string | undefined;
}

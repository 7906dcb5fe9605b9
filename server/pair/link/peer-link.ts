/** The link with one other server: it follows that one, and that one follows this; either side may dial. */
import { isRenewal } from '../identity/key-renewal.ts';
import type { PinnedServer } from '../identity/pinned-servers.ts';
import type { PairedServerView, PairLinkView, SecretDigest } from '../pair.ts';
import type { InnerTls } from '../wire/inner-tls.ts';
import { createSecretDigest } from '../wire/secret-digest.ts';
import { createDialLoop } from './dial-loop.ts';
import { dialServer } from './dial-server.ts';
import { followServer } from './following.ts';
import type { Following, Heard } from './following.ts';
import type { LinkContext, LinkRole, Presence } from './link-context.ts';
import { describeCopy, describeEnded, describeNotUnderstood } from './link-problems.ts';
import { serveFollower } from './serve-follower.ts';
import { createSightings } from './sightings.ts';

export interface PeerLink<Report> {
  /** Whether a connection in this role is there, and a new one would be no better. */
  hasGood(role: LinkRole, run: string): boolean;
  /** A connection on which both sides are known to each other; it replaces the one before. */
  take(role: LinkRole, tls: InnerTls, presence: Presence): Promise<void>;
  view(): PairedServerView<Report>;
  findDigest(): SecretDigest | undefined;
  /** Tells the other, if it can be reached, that the pairing has ended. */
  tellEnd(signal: AbortSignal): Promise<void>;
  announceKey(): void;
  /** Begins to dial, and at once. */
  hurry(): void;
  close(): void;
}

export function createPeerLink<Report>(id: string, context: LinkContext<Report>): PeerLink<Report> {
  const { options, timing, table, known } = context;
  const { clock, onChange } = options;
  const sightings = createSightings(clock);
  let following: { link: Following<Report>; digest: SecretDigest } | undefined;
  let answering: InnerTls | undefined;
  let latest: { heard: Heard<Report>; digest: SecretDigest } | undefined;
  let version: string | undefined;
  let problem: string | undefined;
  let silence: NodeJS.Timeout | undefined;
  let isClosed = false;
  const openedAtMs = clock.monotonicMs();

  const get = (): PinnedServer => {
    const server = known.find(id);
    if (!server) throw new Error('The server is not paired any more.');
    return server;
  };
  const isActive = () => {
    const server = known.find(id);
    return !isClosed && server !== undefined && server.hasEnded !== true;
  };
  const getName = () => known.find(id)?.name ?? 'The other server';
  const unheardForMs = () =>
    latest ? clock.monotonicMs() - latest.heard.certainAtMs : Number.POSITIVE_INFINITY;
  const setProblem = (next: string | undefined) => {
    if (problem === next) return;
    problem = next;
    if (next !== undefined) options.onProblem({ kind: 'link', sentence: next });
    onChange();
  };

  /** At most one timer waits: it looks whether there was a word in the meantime. */
  const awaitSilence = () => {
    silence ??= setTimeout(
      () => {
        // What has arrived by now is read first: it may be us who were held up.
        setImmediate(() => {
          silence = undefined;
          if (isClosed) return;
          if (unheardForMs() < timing.unheardMs) awaitSilence();
          else onChange();
        });
      },
      Math.max(0, timing.unheardMs - unheardForMs()),
    );
  };

  const follow = (tls: InnerTls) => {
    const digest = createSecretDigest(tls.socket);
    const link = followServer({
      ...{ socket: tls.socket, table, timing, clock },
      onHeard() {
        const heard = link.heard();
        if (!heard || following?.link !== link) return;
        latest = { heard, digest };
        awaitSilence();
        onChange();
      },
      onProblem(what) {
        setProblem(what && describeNotUnderstood(getName()));
      },
      onEnd() {
        if (following?.link !== link) return;
        following = undefined;
        look();
        onChange();
      },
      onOpen() {
        announce();
      },
    });
    const before = following;
    following = { link, digest };
    before?.link.close();
  };
  const answer = async (tls: InnerTls) => {
    answering?.socket.destroy();
    answering = tls;
    tls.socket.once('close', () => {
      if (answering !== tls) return;
      answering = undefined;
      look();
      onChange();
    });
    const digest = createSecretDigest(tls.socket);
    await serveFollower(
      { socket: tls.socket, digest },
      table,
      {
        ...{ describe: options.describe, subscribe: options.subscribe, clock },
        findGrant: () => known.find(id)?.grant,
        async renewKey({ next, signature }) {
          const former = tls.fingerprint;
          if (!isRenewal({ id, former, next }, signature, tls.publicKey)) {
            throw new Error('The new key is not signed by the one before.');
          }
          await known.change(id, { pins: next === former ? [former] : [former, next] });
        },
        endPairing: markEnded,
        onProblem(what) {
          const sentence = `A request of ${getName()} failed: ${what}.`;
          options.onProblem({ kind: 'link', sentence });
        },
      },
      2 * timing.silenceMs,
    );
  };
  const markEnded = async () => {
    await known.change(id, { hasEnded: true });
    // The answer is on its way first.
    setImmediate(() => {
      end();
      onChange();
    });
  };
  const announce = () => {
    const next = context.findNextKey();
    const link = following?.link;
    if (!next || !link || known.find(id)?.knowsKey === next.fingerprint) return;
    link.client
      .call('renewKey', { next: next.fingerprint, signature: next.signature })
      .then(() => known.change(id, { knowsKey: next.fingerprint }))
      .then(context.noteKeyKnown)
      .catch((error: unknown) => {
        // It is announced again on the next connection.
        options.onProblem({
          kind: 'link',
          sentence: `A new key is not announced: ${String(error)}`,
        });
      });
  };
  const end = () => {
    following?.link.close();
    answering?.socket.destroy();
    clearTimeout(silence);
    silence = undefined;
  };
  const take = async (role: LinkRole, tls: InnerTls, presence: Presence) => {
    sightings.note(presence.run);
    ({ version } = presence);
    // Only a server that has switched to its next key shows it.
    const { pins } = get();
    const urls = presence.urls.length === 0 ? {} : { urls: presence.urls };
    const renewed = pins.at(-1) === tls.fingerprint ? { pins: [tls.fingerprint] } : {};
    try {
      await known.change(id, { name: presence.name, ...urls, ...renewed });
    } catch (error) {
      // It is known well enough for a link.
      options.onProblem({ kind: 'store', sentence: `${presence.name}: ${String(error)}` });
    }
    if (tls.socket.destroyed || !isActive()) throw new Error('The connection was closed.');
    if (role === 'ask') follow(tls);
    else await answer(tls);
    look();
    onChange();
  };
  const createLoop = (role: LinkRole, waitMs: number) =>
    createDialLoop({
      ...{ waitMs, timing },
      isNeeded: () => isActive() && (role === 'ask' ? !following : !answering),
      async attempt(signal) {
        const dialled = await dialServer(get(), role, context, signal);
        switch (dialled.outcome) {
          case 'connected':
            await take(role, dialled.tls, dialled.presence);
            return;
          case 'ended':
            // Who was paired a moment ago may not have stored it yet.
            if (!latest && clock.monotonicMs() - openedAtMs < timing.newPairMs) {
              throw new Error('It does not know this server yet.');
            }
            await known.change(id, { hasEnded: true });
            end();
            onChange();
            return;
          case 'has-one':
            throw new Error('It has such a connection.');
          case 'failed':
            if (role === 'ask' && !following) setProblem(dialled.problem);
            throw new Error('It was not reached.');
        }
      },
    });
  const loops = [createLoop('ask', 0), createLoop('answer', timing.offerAfterMs)];
  const look = () => {
    for (const loop of loops) loop.look();
  };

  const viewLink = ({ name, hasEnded }: PinnedServer): PairLinkView => {
    const common = {
      heardAgoMs: latest && unheardForMs(),
      isFollowing: answering !== undefined,
      version,
    };
    if (hasEnded) return { state: 'ended-by-other', ...common, problem: describeEnded(name) };
    if (sightings.areTwo()) return { state: 'copy', ...common, problem: describeCopy(name) };
    if (!latest) return { state: 'never-heard', ...common, problem };
    const isHeard = unheardForMs() < timing.unheardMs;
    return { state: isHeard ? 'connected' : 'not-heard', ...common, problem };
  };

  const viewReport = ({ heard, digest }: NonNullable<typeof latest>) => ({
    value: heard.report,
    // Made for who reads it: most who look at a link do not.
    get own() {
      return options.describe(digest);
    },
    ageMs: unheardForMs(),
  });

  look();
  return {
    hasGood: (role, run) =>
      sightings.current() === run &&
      (role === 'ask' ? following !== undefined && unheardForMs() < timing.unheardMs : false),
    take,
    view() {
      const server = get();
      const { name, urls, grant, pairedAtMs } = server;
      return {
        ...{ id, name, urls: [...urls], grant, pairedAtMs },
        allows: latest?.heard.allows,
        link: viewLink(server),
        report: latest && viewReport(latest),
        clock: latest?.heard.clock,
      };
    },
    findDigest: () => latest?.digest,
    async tellEnd(signal) {
      await following?.link.client.call('endPairing', {}, { signal });
    },
    announceKey: announce,
    hurry() {
      for (const loop of loops) loop.hurry();
    },
    close() {
      isClosed = true;
      for (const loop of loops) loop.close();
      end();
    },
  };
}

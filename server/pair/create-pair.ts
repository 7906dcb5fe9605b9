import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { makePrivateFolder } from '../shared/durable-file.ts';
import { UserError } from '../shared/errors.ts';
import { openIdentity } from './identity/identity.ts';
import { createKeyKeeper } from './identity/key-keeper.ts';
import { createTooManyError, mostServers, openPinnedServers } from './identity/pinned-servers.ts';
import type { PinnedServer } from './identity/pinned-servers.ts';
import type { LinkContext } from './link/link-context.ts';
import { createPeerLink } from './link/peer-link.ts';
import type { PeerLink } from './link/peer-link.ts';
import { createReception } from './link/reception.ts';
import { createOwnPresence } from './own-presence.ts';
import { createPairTable } from './pair-table.ts';
import type { Pair, PairOptions } from './pair.ts';
import { createPairingAnswer } from './pairing/answer-pairing.ts';
import { findCode } from './pairing/code.ts';
import { pairByCode } from './pairing/pair-with.ts';
import {
  createBadAddressError,
  createBadCodeError,
  createNotStoredError,
} from './pairing/pairing-problems.ts';
import { createCodeOnShow } from './pairing/shown-code.ts';
import { limitPairProblems } from './problem-limit.ts';
import { pairTiming } from './timing.ts';
import { findPageUrl } from './words-of-others.ts';

const lookForKeyMs = 60 * 60_000;
const tellEndMs = 2_000;

/**
 * Links this server with the others that it is paired with, and pairs it with more.
 * @throws {UserError} `pair-state`, `state-newer`: what is stored cannot be read
 */
export async function createPair<Report>(given: PairOptions<Report>): Promise<Pair<Report>> {
  const options = { ...given, onProblem: limitPairProblems(given.onProblem, given.clock) };
  const timing = { ...pairTiming, ...options.timing };
  const { clock, onChange, onProblem } = options;
  const directory = path.join(options.directory, 'pair');
  await makePrivateFolder(directory);
  const known = await openPinnedServers(directory);
  const opened = await openIdentity(directory, options.machineId, clock.wallMs());
  const { id } = opened.identity;
  if (opened.wasCopied) await known.clear();
  const own = createOwnPresence(id, randomUUID(), options);
  const links = new Map<string, PeerLink<Report>>();
  let codeNotice: string | undefined;

  const keys = createKeyKeeper(
    ...([directory, opened.identity, timing.renewKeyMs] as const),
    (fingerprint) =>
      known.list().every(({ hasEnded, knowsKey }) => hasEnded === true || knowsKey === fingerprint),
    () => {
      for (const link of links.values()) link.announceKey();
    },
  );
  let keyWork = Promise.resolve();
  const lookAtKey = () => {
    keyWork = keys.look(clock.wallMs()).catch((error: unknown) => {
      onProblem({
        kind: 'store',
        sentence: `The key of the pair is not renewed: ${String(error)}`,
      });
    });
  };
  const context: LinkContext<Report> = {
    ...{ options, timing, known },
    table: createPairTable(options.reportSchema),
    tls: () => keys.current().context,
    presence: () => own.presence(),
    findNextKey: () => keys.findNext(),
    noteKeyKnown: lookAtKey,
  };
  const openLink = (server: PinnedServer) => {
    links.get(server.id)?.close();
    const link = createPeerLink(server.id, context);
    links.set(server.id, link);
    return link;
  };
  /** Also in place of what was known of it. */
  const remember = async (server: PinnedServer) => {
    await known.put(server);
    await keys.forgetCopy();
    codeNotice = undefined;
    openLink(server);
    onChange();
  };
  const code = createCodeOnShow(clock, onChange);
  const answerPairing = createPairingAnswer({
    ...{ code, own, known, remember, clock, version: options.version },
    onSpent(address) {
      codeNotice = `Somebody at ${address} entered a wrong code five times, so the code was ended. Show a new one. If that was not you, find out who it was.`;
      onProblem({ kind: 'refused', sentence: codeNotice });
      onChange();
    },
  });
  const reception = createReception({
    ...{ findKey: () => keys.current(), version: options.version, timing, clock, onProblem },
    answer(greeting, tls, key, address) {
      if (greeting.kind === 'pair') return answerPairing(greeting, tls, key, address);
      const server = known.findByPin(tls.fingerprint);
      const link = links.get(greeting.id);
      if (server?.id !== greeting.id || server.hasEnded === true || !link) {
        return { reply: { reason: 'not-paired' } };
      }
      const role = greeting.wants === 'ask' ? 'answer' : 'ask';
      if (link.hasGood(role, greeting.run)) return { reply: { reason: 'has-one' } };
      return {
        reply: { kind: 'welcome', ...own.presence() },
        take: () => link.take(role, tls, greeting),
      };
    },
  });
  const get = (serverId: string): PinnedServer => {
    const server = known.find(serverId);
    if (server) return server;
    throw new UserError('not-paired', 'This server is not paired with that one any more.', {
      statusCode: 404,
    });
  };

  for (const server of known.list()) openLink(server);
  const renewal = setInterval(lookAtKey, lookForKeyMs);
  lookAtKey();
  if (opened.wasCopied) onProblem({ kind: 'copy', sentence: copiedNotice });

  return {
    accept(pipe, { address }) {
      reception.accept(pipe, address);
    },
    view: () => ({
      self: { id, name: own.name(), fingerprint: keys.current().fingerprint },
      code: code.view(),
      servers: known.list().flatMap((server) => links.get(server.id)?.view() ?? []),
      notice: codeNotice ?? (keys.isFromCopy() ? copiedNotice : undefined),
    }),
    showCode(grant) {
      codeNotice = undefined;
      return code.show(grant);
    },
    withdrawCode() {
      code.withdraw();
    },
    async pairWith(wanted) {
      const url = findPageUrl(wanted.url.trim());
      if (url === undefined) throw createBadAddressError();
      const typed = findCode(wanted.code);
      if (typed === undefined) throw createBadCodeError();
      if (known.list().length >= mostServers) throw createTooManyError();
      const server = await pairByCode(
        { url, code: typed },
        {
          ...keys.current(),
          introduction: own.introduction(wanted.grant),
          version: options.version,
        },
        (signal) => options.dial(url, signal),
        { timeoutMs: 2 * timing.dialMs, wallMs: clock.wallMs() },
      );
      await storing(remember(server));
      return { id: server.id, name: server.name };
    },
    async unpair(serverId) {
      get(serverId);
      await storing(known.remove(serverId));
      const link = links.get(serverId);
      links.delete(serverId);
      // If it is not reached now, it is told when it comes.
      await link?.tellEnd(AbortSignal.timeout(tellEndMs)).catch(() => undefined);
      link?.close();
      lookAtKey();
      onChange();
    },
    async setGrant(serverId, grant) {
      get(serverId);
      await storing(known.change(serverId, { grant }));
      onChange();
    },
    findDigest: (serverId) => links.get(serverId)?.findDigest(),
    close() {
      clearInterval(renewal);
      code.close();
      reception.close();
      for (const link of links.values()) link.close();
      return keyWork;
    },
  };
}

const copiedNotice =
  'The state folder of keepalived-wai was copied here from another machine. The pairing belongs to that one and was not taken over. Pair this server, if it is part of a pair.';

async function storing(task: Promise<void>): Promise<void> {
  try {
    await task;
  } catch (error) {
    throw error instanceof UserError ? error : createNotStoredError(error);
  }
}

import type { Duplex } from 'node:stream';
import type { SecureContext } from 'node:tls';
import { UserError } from '../../shared/errors.ts';
import type { PinnedServer } from '../identity/pinned-servers.ts';
import { pairProtocol } from '../wire/greetings.ts';
import type { Reply } from '../wire/greetings.ts';
import { reach } from '../wire/reach.ts';
import type { Reached } from '../wire/reach.ts';
import { mostUrls } from '../words-of-others.ts';
import {
  createNoAnswerError,
  createRefusedError,
  createSameServerError,
  createUnprovedError,
} from './pairing-problems.ts';
import { isSameProof, proveAnswerer, proveAsker } from './proof.ts';
import type { Introduction } from './proof.ts';

export interface OwnSide {
  introduction: Introduction;
  version: string;
  fingerprint: string;
  context: SecureContext;
}

/**
 * Pairs with the server that shows this code. What it says is believed once it has proved the code.
 * @param code as `findCode` returns it
 * @returns what is known of it from now on. @throws {UserError}
 */
export async function pairByCode(
  { url, code }: { url: string; code: string },
  own: OwnSide,
  dial: (signal: AbortSignal) => Promise<Duplex>,
  { timeoutMs, wallMs }: { timeoutMs: number; wallMs: number },
): Promise<PinnedServer> {
  let reached: Reached | undefined;
  try {
    reached = await reach(dial, own.context, AbortSignal.timeout(timeoutMs));
    const answererKey = reached.tls.fingerprint;
    if (answererKey === own.fingerprint) throw createSameServerError();
    const { introduction } = own;
    const facts = { code, askerKey: own.fingerprint, answererKey, asker: introduction };
    const reply = await reached.greet({
      ...{ kind: 'pair', protocol: pairProtocol, version: own.version },
      ...introduction,
      proof: proveAsker(facts),
    });
    const answerer = getProved(reply, url, (told, proof) =>
      isSameProof(proof, proveAnswerer(facts, told)),
    );
    if (answerer.id === introduction.id) throw createSameServerError();
    return {
      ...{ id: answerer.id, name: answerer.name, grant: introduction.grant },
      urls: [...new Set([url, ...answerer.urls])].slice(0, mostUrls),
      pins: [answererKey],
      pairedAtMs: wallMs,
    };
  } catch (error) {
    throw error instanceof UserError ? error : createNoAnswerError(url);
  } finally {
    reached?.close();
  }
}

function getProved(
  reply: Reply,
  url: string,
  isProved: (told: Introduction, proof: string) => boolean,
): Introduction {
  switch (reply.kind) {
    case 'refused':
      throw createRefusedError(url, reply);
    case 'welcome':
      throw createNoAnswerError(url);
    case 'paired': {
      const { id, name, urls, grant, proof } = reply;
      const told = { id, name, urls, grant };
      if (isProved(told, proof)) return told;
      throw createUnprovedError(url);
    }
  }
}

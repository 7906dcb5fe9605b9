/**
 * Who knows the code proves it with what it says, and with both keys as it sees them. A machine between the
 * two shows each of them another key than the other has, so its proofs are wrong; and one side's proof is
 * never the other's.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { PairGrant } from '../link-protocol.ts';

/** What one side says of itself. */
export interface Introduction {
  id: string;
  name: string;
  urls: string[];
  /** What the other may do there. */
  grant: PairGrant;
}

/** The asker is who entered the code. */
export interface PairingFacts {
  code: string;
  askerKey: string;
  answererKey: string;
  asker: Introduction;
}

export function proveAsker(facts: PairingFacts): string {
  return prove(facts.code, ['asker', facts.askerKey, facts.answererKey, ...listFacts(facts.asker)]);
}

export function proveAnswerer(facts: PairingFacts, answerer: Introduction): string {
  return prove(facts.code, [
    ...['answerer', facts.askerKey, facts.answererKey],
    ...listFacts(facts.asker),
    ...listFacts(answerer),
  ]);
}

/** In a time that says nothing about where they differ. */
export function isSameProof(one: string, other: string): boolean {
  const [first, second] = [Buffer.from(one), Buffer.from(other)];
  return first.length === second.length && timingSafeEqual(first, second);
}

const listFacts = ({ id, name, urls, grant }: Introduction) => [id, name, urls, grant];

function prove(code: string, facts: unknown[]): string {
  const key = hkdfSync('sha256', code, '', 'keepalived-wai pair 1', 32);
  // JSON: no two lists of facts have the same text.
  const text = JSON.stringify(['keepalived-wai pair 1', ...facts]);
  return createHmac('sha256', Buffer.from(key)).update(text).digest('hex');
}

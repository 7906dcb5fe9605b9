/** The key of this server, as long as it lasts, and the next one, as long as somebody does not know it. */
import type { SecureContext } from 'node:tls';
import { createMutex } from '../../shared/mutex.ts';
import { createInnerContext } from '../wire/inner-tls.ts';
import { storeIdentity } from './identity.ts';
import type { Identity } from './identity.ts';
import { signRenewal } from './key-renewal.ts';
import { makeOwnKey, readFingerprint } from './own-key.ts';

export interface CurrentKey {
  fingerprint: string;
  context: SecureContext;
}

export interface KeyKeeper {
  current(): CurrentKey;
  /** undefined: none is announced. */
  findNext(): { fingerprint: string; signature: string } | undefined;
  /** Makes the next key if it is time, and takes it if all who have to know it do. */
  look(wallMs: number): Promise<void>;
  /** It is paired now: that it was copied is history. */
  forgetCopy(): Promise<void>;
  isFromCopy(): boolean;
}

/**
 * @param directory `pair/` in the state folder
 * @param isKnownToAll whether all others know the key with this fingerprint
 * @param onNext there is a key to announce
 */
export function createKeyKeeper(
  directory: string,
  opened: Identity,
  renewKeyMs: number,
  isKnownToAll: (fingerprint: string) => boolean,
  onNext: () => void,
): KeyKeeper {
  let identity = opened;
  let current = read(identity);
  const inTurn = createMutex();

  const store = async (changed: Identity) => {
    await storeIdentity(directory, changed);
    identity = changed;
  };
  return {
    current: () => current,
    findNext() {
      const { id, key, next } = identity;
      if (!next) return undefined;
      const fingerprint = readFingerprint(next.certificatePem);
      const renewed = { id, former: current.fingerprint, next: fingerprint };
      return { fingerprint, signature: signRenewal(renewed, key.keyPem) };
    },
    look: (wallMs) =>
      inTurn(async () => {
        if (!identity.next && wallMs - identity.key.madeAtMs >= renewKeyMs) {
          await store({ ...identity, next: await makeOwnKey(wallMs) });
          onNext();
        }
        const { next, ...rest } = identity;
        if (next && isKnownToAll(readFingerprint(next.certificatePem))) {
          await store({ ...rest, key: next });
          current = read(identity);
        }
      }),
    forgetCopy: () =>
      inTurn(async () => {
        const { isFromCopy, ...rest } = identity;
        if (isFromCopy === true) await store(rest);
      }),
    isFromCopy: () => identity.isFromCopy === true,
  };
}

function read({ key }: Identity): CurrentKey {
  return { fingerprint: readFingerprint(key.certificatePem), context: createInnerContext(key) };
}

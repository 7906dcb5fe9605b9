/**
 * TLS between two agents, inside of a pipe that others carry: TLS 1.3, both sides with a key, one
 * algorithm. Who carries the pipe can delay or end it. A certificate's names, dates and issuer mean
 * nothing here: what counts is whether the key is one that is known.
 */
import { constants } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { connect, createSecureContext, TLSSocket } from 'node:tls';
import type { SecureContext } from 'node:tls';
import { fingerprintOf } from '../identity/own-key.ts';
import type { OwnKey } from '../identity/own-key.ts';

export interface InnerTls {
  socket: TLSSocket;
  /** Of the other side, which has proved that it has this key. */
  fingerprint: string;
  publicKey: KeyObject;
}

export function createInnerContext({ keyPem, certificatePem }: OwnKey): SecureContext {
  return createSecureContext({
    ...{ key: keyPem, cert: certificatePem },
    ...{ minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3' },
    sigalgs: 'ecdsa_secp256r1_sha256',
    // Each connection proves both keys again.
    secureOptions: constants.SSL_OP_NO_TICKET,
  });
}

/**
 * @param side the dialler is the client
 * @returns rejects if it cannot be opened; the pipe is then destroyed
 */
export async function openInnerTls(
  pipe: Duplex,
  side: 'dialler' | 'listener',
  context: SecureContext,
): Promise<InnerTls> {
  const common = { secureContext: context, rejectUnauthorized: false };
  const socket =
    side === 'dialler'
      ? connect({ ...common, socket: pipe, checkServerIdentity: () => undefined })
      : new TLSSocket(pipe, { ...common, isServer: true, requestCert: true });
  // Whatever ends the one ends the other.
  socket.once('close', () => pipe.destroy());
  pipe.once('close', () => socket.destroy());
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once(side === 'dialler' ? 'secureConnect' : 'secure', () => {
        resolve();
      });
      socket.once('error', reject);
      socket.once('close', () => {
        reject(new Error('The connection was closed.'));
      });
    });
    const certificate = socket.getPeerX509Certificate();
    if (!certificate) throw new Error('The other side has shown no key.');
    const { publicKey } = certificate;
    return { socket, fingerprint: fingerprintOf(publicKey), publicKey };
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    // `close` follows.
    socket.on('error', () => undefined);
  }
}

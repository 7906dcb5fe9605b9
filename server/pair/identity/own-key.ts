/** A key with the self-signed certificate that carries it. What counts is the key: its fingerprint is pinned. */
import { createHash, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { z } from 'zod';

export const ownKeySchema = z.object({
  keyPem: z.string().max(10_000),
  certificatePem: z.string().max(10_000),
  /** Since the epoch. */
  madeAtMs: z.number(),
});
export type OwnKey = z.infer<typeof ownKeySchema>;

/** SHA-256 of a public key (SubjectPublicKeyInfo, RFC 5280, 4.1), in hexadecimal. */
export const fingerprintSchema = z.string().regex(/^[0-9a-f]{64}$/);

/** Nobody looks at the dates: a pinned key lasts until it is renewed, and a wrong clock ends no pairing. */
const notBefore = new Date('2020-01-01T00:00:00Z');
const notAfter = new Date('2120-01-01T00:00:00Z');

/** @param wallMs since the epoch. @returns a new P-256 key */
export async function makeOwnKey(wallMs: number): Promise<OwnKey> {
  // Loaded when a key is made only: it would be a third of the time that every start takes.
  const { generate } = await import('selfsigned');
  // The same name for everybody: who listens learns nothing of it.
  const { cert, private: keyPem } = await generate(
    [{ name: 'commonName', value: 'keepalived-wai' }],
    {
      ...{ keyType: 'ec', curve: 'P-256', algorithm: 'sha256' },
      ...{ notBeforeDate: notBefore, notAfterDate: notAfter },
      extensions: [
        { name: 'basicConstraints', cA: false, critical: true },
        { name: 'keyUsage', digitalSignature: true, critical: true },
      ],
    },
  );
  return { keyPem, certificatePem: cert, madeAtMs: wallMs };
}

export function readFingerprint(certificatePem: string): string {
  return fingerprintOf(new X509Certificate(certificatePem).publicKey);
}

export function fingerprintOf(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { Certificate } from '../shared/certificate.ts';

/** Whether a server can be started with them: the key is the certificate's, and OpenSSL takes both. */
export function isPair({ certificatePem, keyPem }: Certificate): boolean {
  try {
    createSecureContext({ cert: certificatePem, key: keyPem });
    return new X509Certificate(certificatePem).checkPrivateKey(createPrivateKey(keyPem));
  } catch {
    return false;
  }
}

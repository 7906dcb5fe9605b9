import { createHmac } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { SecretDigest } from '../pair.ts';

/** By a key that both ends of this connection derive from it (RFC 5705), and that ends with it. */
export function createSecretDigest(socket: TLSSocket): SecretDigest {
  const key = socket.exportKeyingMaterial(
    32,
    'EXPERIMENTAL keepalived-wai pair',
    Buffer.from('secret digest'),
  );
  return (secret) => createHmac('sha256', key).update(secret).digest('hex');
}

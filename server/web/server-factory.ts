import http from 'node:http';
import https from 'node:https';

export interface Certificate {
  certificatePem: string;
  keyPem: string;
}

export interface ConnectionLimits {
  requestTimeoutMs: number;
  headersTimeoutMs: number;
  checkingIntervalMs: number;
}

const defaultLimits: ConnectionLimits = {
  requestTimeoutMs: 20_000,
  headersTimeoutMs: 10_000,
  checkingIntervalMs: 2_000,
};

/**
 * Makes Fastify's HTTP or HTTPS server so that a slow client is cut off with 408: Node looks for
 * late requests only every `connectionsCheckingInterval`, and 30 s is too seldom.
 */
export function createServerFactory(
  certificate: Certificate | undefined,
  limits: ConnectionLimits = defaultLimits,
) {
  const options = {
    requestTimeout: limits.requestTimeoutMs,
    headersTimeout: limits.headersTimeoutMs,
    connectionsCheckingInterval: limits.checkingIntervalMs,
    // Longer than the pauses of somebody who is reading; shorter than a proxy's patience.
    keepAliveTimeout: 60_000,
  };
  return (handler: http.RequestListener): http.Server =>
    certificate
      ? https.createServer(
          {
            ...options,
            handshakeTimeout: limits.headersTimeoutMs,
            minVersion: 'TLSv1.2',
            cert: certificate.certificatePem,
            key: certificate.keyPem,
          },
          handler,
        )
      : http.createServer(options, handler);
}

import { chmodSync, statSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { Certificate } from '../shared/certificate.ts';
import { createConnectionCap, limitConnections } from './connection-limit.ts';

export interface ConnectionLimits {
  requestTimeoutMs: number;
  headersTimeoutMs: number;
  checkingIntervalMs: number;
}

export interface ServerOptions {
  /** Whether others than its own users connect from an address. */
  isProxy?: (address: string) => boolean;
  limits?: ConnectionLimits;
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
  { isProxy = () => false, limits = defaultLimits }: ServerOptions = {},
) {
  const options = {
    requestTimeout: limits.requestTimeoutMs,
    headersTimeout: limits.headersTimeoutMs,
    connectionsCheckingInterval: limits.checkingIntervalMs,
    // Longer than the pauses of somebody who is reading; shorter than a proxy's patience.
    keepAliveTimeout: 60_000,
  };
  return (handler: http.RequestListener): http.Server => {
    const server = certificate
      ? https.createServer(
          {
            ...options,
            handshakeTimeout: limits.headersTimeoutMs,
            ...describeTls(certificate),
          },
          handler,
        )
      : http.createServer(options, handler);
    limitConnections(server, createConnectionCap(isProxy));
    shareSocket(server);
    return server;
  };
}

/**
 * Whoever may open a unix socket is believed about browsers: its owner, and the group of its folder where
 * that is set-group-id. At once, while this process may still change its mode.
 */
function shareSocket(server: http.Server): void {
  server.once('listening', () => {
    const address = server.address();
    // One that systemd has opened is root's, and has the mode of its unit.
    const isOwn =
      typeof address === 'string' &&
      statSync(address, { throwIfNoEntry: false })?.uid === process.geteuid?.();
    if (isOwn) chmodSync(address, 0o660);
  });
}

/**
 * Serves new connections with another certificate; what is open stays open.
 * @param server one that was made with a certificate
 */
export function replaceCertificate(server: http.Server, certificate: Certificate): void {
  if (server instanceof https.Server) server.setSecureContext(describeTls(certificate));
}

/** All of it at once: what a new certificate comes without would be Node's default. */
function describeTls({ certificatePem, keyPem }: Certificate) {
  return { minVersion: 'TLSv1.2', ciphers, cert: certificatePem, key: keyPem } as const;
}

/** Those of TLS 1.3, and of TLS 1.2 only what has forward secrecy and no CBC (RFC 9325, 4.2). */
const ciphers = [
  ...['TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256'],
  ...['ECDSA', 'RSA'].flatMap((key) =>
    ['AES256-GCM-SHA384', 'CHACHA20-POLY1305', 'AES128-GCM-SHA256'].map(
      (suite) => `ECDHE-${key}-${suite}`,
    ),
  ),
].join(':');

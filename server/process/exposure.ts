import { X509Certificate } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { ProgramOptions } from '../program-options.ts';
import type { Certificate } from '../shared/certificate.ts';

const dayMs = 24 * 60 * 60_000;
const warnBeforeMs = 14 * dayMs;

export interface ExposureFacts {
  certificate: Certificate | undefined;
  /** Whether others than its owner and group may read the file of the key. */
  isKeyReadable: boolean;
}

export const withoutTls: ExposureFacts = { certificate: undefined, isKeyReadable: false };

/** @throws the system's error if the file of the key is gone */
export async function readExposure(
  { tls }: Pick<ProgramOptions, 'tls'>,
  certificate: Certificate | undefined,
): Promise<ExposureFacts> {
  const { keyPath } = tls;
  const isOurs = certificate === undefined || keyPath === undefined;
  const isKeyReadable = isOurs ? false : ((await stat(keyPath)).mode & 0o004) !== 0;
  return { certificate, isKeyReadable };
}

/**
 * What makes this page less safe than its administrator may believe, in sentences that say what to do:
 * for the log at the start, and for administrators on every page.
 * @param nowMs since the epoch
 */
export function describeExposure(
  { listen, tls }: Pick<ProgramOptions, 'listen' | 'tls'>,
  { certificate, isKeyReadable }: ExposureFacts,
  nowMs: number,
): string[] {
  const sentences: string[] = [];
  if (!certificate && 'host' in listen && !isLoopback(listen.host)) {
    sentences.push(
      `This page is served on ${listen.host} without TLS: passwords cross the network in clear text. Remove WAI_TLS=off, or set WAI_LISTEN to 127.0.0.1 or a unix socket and put a proxy in front.`,
    );
  }
  if (isKeyReadable) {
    sentences.push(
      `Every user of this server may read the private key of this page, ${tls.keyPath}. Run “chmod o-r” on it, and replace the key if others have accounts here.`,
    );
  }
  if (certificate) sentences.push(...describeAge(certificate, tls.keyPath === undefined, nowMs));
  return sentences;
}

function describeAge({ certificatePem }: Certificate, isOurs: boolean, nowMs: number): string[] {
  const { validFrom, validTo } = new X509Certificate(certificatePem);
  const endsAtMs = Date.parse(validTo);
  const remedy = isOurs
    ? 'Restart keepalived-wai: it makes a new one.'
    : 'Replace the files of WAI_TLS_CERT and WAI_TLS_KEY: they are loaded at once.';
  if (nowMs < Date.parse(validFrom)) {
    return [
      `The certificate of this page is not valid before ${validFrom}. Check the clock of this server.`,
    ];
  }
  if (nowMs >= endsAtMs) return [`The certificate of this page expired on ${validTo}. ${remedy}`];
  if (endsAtMs - nowMs < warnBeforeMs) {
    return [`The certificate of this page expires on ${validTo}. ${remedy}`];
  }
  return [];
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

/** The self-signed certificate in the state folder: made, and renewed before anybody has to think of it. */
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { join } from 'node:path';
import type { Certificate } from '../shared/certificate.ts';
import { findFileText, writeDurably } from '../shared/durable-file.ts';
import { isPair } from './certificate-pair.ts';

const dayMs = 24 * 60 * 60_000;
/** The longest that browsers accept of any certificate. */
const validForMs = 825 * dayMs;
const renewBeforeMs = 30 * dayMs;
/** Clocks differ, and this one may have been ahead. */
const backdatedMs = dayMs;
/** What a certificate can name; another name in /etc/hosts would renew it again and again. */
const nameable = /^[a-z0-9][a-z0-9._-]*$/i;
/** Of the names of the certificate before, so many stay: a name that comes and goes renews nothing twice. */
const mostKeptNames = 20;

/** Why there is another certificate than before. */
export interface Renewal {
  reason: string;
  atMs: number;
  /** SHA-256, as browsers show it. */
  formerFingerprint: string;
}

export interface OwnCertificate {
  certificate: Certificate;
  /** undefined: it is the first one. */
  renewal: Renewal | undefined;
}

export const ownCertificatePath = (stateDirectory: string): string =>
  join(stateDirectory, 'certificate.pem');

/**
 * The stored certificate, or one that is made, stored and returned in its place: where there is none,
 * where it ends within a month or is not valid yet, and where this machine has got a name that it
 * does not have. Addresses come and go with a failover and renew nothing.
 * @param hosts names and addresses of this machine
 * @param nowMs since the epoch
 * @throws the system's error if it cannot be stored
 */
export async function openOwnCertificate(
  stateDirectory: string,
  hosts: string[],
  nowMs: number,
): Promise<OwnCertificate> {
  const certificatePath = ownCertificatePath(stateDirectory);
  const keyPath = join(stateDirectory, 'certificate-key.pem');
  const stored = {
    certificatePem: (await findFileText(certificatePath)) ?? '',
    keyPem: (await findFileText(keyPath)) ?? '',
  };
  const former = isPair(stored) ? new X509Certificate(stored.certificatePem) : undefined;
  const reason = former && findReason(former, hosts, nowMs);
  if (former && reason === undefined) {
    return { certificate: stored, renewal: readRenewal(stored.certificatePem) };
  }
  const renewal = former && {
    reason: reason ?? '',
    atMs: nowMs,
    formerFingerprint: former.fingerprint256,
  };
  const keptNames = former ? listNames(former).slice(0, mostKeptNames) : [];
  const made = await createSelfSigned([...hosts, ...keptNames], nowMs);
  const certificate = {
    ...made,
    certificatePem: (renewal ? writeRenewal(renewal) : '') + made.certificatePem,
  };
  // A crash between the two leaves no pair, and the next start makes one.
  await writeDurably(keyPath, certificate.keyPem);
  await writeDurably(certificatePath, certificate.certificatePem);
  return { certificate, renewal };
}

/** Why a certificate has to be renewed; undefined: it does not have to be. */
function findReason(
  certificate: X509Certificate,
  hosts: string[],
  nowMs: number,
): string | undefined {
  const { validFrom, validTo } = certificate;
  if (Date.parse(validTo) - nowMs <= renewBeforeMs)
    return `the one before was valid until ${validTo}`;
  if (nowMs < Date.parse(validFrom)) return `the one before was not valid before ${validFrom}`;
  const known = new Set(listNames(certificate).map((name) => name.toLowerCase()));
  const missing = hosts.filter(
    (host) => isIP(host) === 0 && nameable.test(host) && !known.has(host.toLowerCase()),
  );
  return missing.length === 0 ? undefined : `this server is now also called ${missing.join(', ')}`;
}

function listNames({ subjectAltName = '' }: X509Certificate): string[] {
  return [...subjectAltName.matchAll(/DNS:("?)([^,"]+)\1/g)].map(([, , name = '']) => name);
}

/** Text before a certificate is allowed, and not read by others (RFC 7468, 2). */
function writeRenewal({ reason, atMs, formerFingerprint }: Renewal): string {
  return [
    `Renewed: ${new Date(atMs).toISOString()}`,
    `Because: ${reason}`,
    `Former SHA-256 fingerprint: ${formerFingerprint}`,
    '',
  ].join('\n');
}

function readRenewal(certificatePem: string): Renewal | undefined {
  const text = /^Renewed: (\S+)\nBecause: (.+)\nFormer SHA-256 fingerprint: ([0-9A-F:]+)$/m.exec(
    certificatePem,
  );
  const [, renewed = '', reason = '', formerFingerprint = ''] = text ?? [];
  const atMs = Date.parse(renewed);
  return Number.isNaN(atMs) ? undefined : { reason, atMs, formerFingerprint };
}

async function createSelfSigned(hosts: string[], nowMs: number): Promise<Certificate> {
  const names = [...new Set(['localhost', '127.0.0.1', '::1', ...hosts])];
  const commonName = hosts.find((host) => isIP(host) === 0) ?? 'localhost';
  // Loaded when one is made only: it would be a third of the time that every start takes.
  const { generate } = await import('selfsigned');
  const { cert, private: keyPem } = await generate([{ name: 'commonName', value: commonName }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(nowMs - backdatedMs),
    notAfterDate: new Date(nowMs - backdatedMs + validForMs),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: names.map((name) =>
          isIP(name) === 0 ? { type: 2, value: name } : { type: 7, ip: name },
        ),
      },
    ],
  });
  return { certificatePem: cert, keyPem };
}

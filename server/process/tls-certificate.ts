import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import type { ProgramOptions } from '../program-options.ts';
import { findFileText, writeDurably } from '../shared/durable-file.ts';
import { UserError } from '../shared/errors.ts';
import type { Certificate } from '../web/server-factory.ts';

const dayMs = 24 * 60 * 60_000;
/** The longest that browsers accept of any certificate. */
const validForMs = 825 * dayMs;
const renewBeforeMs = 30 * dayMs;

/**
 * The certificate that WAI_TLS_CERT and WAI_TLS_KEY name, or else a self-signed one for `hosts`,
 * made at the first start, kept in the state folder, and renewed a month before it ends.
 * @param hosts names and addresses of this machine
 * @throws {UserError} if the files named cannot be used
 */
export async function loadCertificate(
  { tls, stateDirectory }: Pick<ProgramOptions, 'tls' | 'stateDirectory'>,
  hosts: string[],
): Promise<Certificate> {
  if (tls.certificatePath !== undefined && tls.keyPath !== undefined) {
    return readGivenCertificate(tls.certificatePath, tls.keyPath);
  }
  const certificatePath = join(stateDirectory, 'certificate.pem');
  const keyPath = join(stateDirectory, 'certificate-key.pem');
  const stored = {
    certificatePem: (await findFileText(certificatePath)) ?? '',
    keyPem: (await findFileText(keyPath)) ?? '',
  };
  const endsAtMs = findEnd(stored);
  if (endsAtMs !== undefined && endsAtMs - Date.now() > renewBeforeMs) return stored;

  const certificate = await createSelfSigned(hosts);
  await writeDurably(keyPath, certificate.keyPem);
  await writeDurably(certificatePath, certificate.certificatePem);
  return certificate;
}

async function readGivenCertificate(certificatePath: string, keyPath: string) {
  const read = async (variable: string, path: string) => {
    try {
      return await readFile(path, 'utf8');
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code ?? 'error';
      const message = `${variable}: ${path} cannot be read (${code}).`;
      throw new UserError('certificate-unreadable', message, { cause });
    }
  };
  const certificate: Certificate = {
    certificatePem: await read('WAI_TLS_CERT', certificatePath),
    keyPem: await read('WAI_TLS_KEY', keyPath),
  };
  if (findEnd(certificate) === undefined) {
    throw new UserError(
      'certificate-unusable',
      `WAI_TLS_CERT, WAI_TLS_KEY: ${certificatePath} and ${keyPath} are not a certificate and its private key in PEM form.`,
    );
  }
  return certificate;
}

/** When it ends (ms since the epoch), or undefined if it is no certificate with its key. */
function findEnd({ certificatePem, keyPem }: Certificate): number | undefined {
  try {
    const certificate = new X509Certificate(certificatePem);
    const matches = certificate.checkPrivateKey(createPrivateKey(keyPem));
    return matches ? Date.parse(certificate.validTo) : undefined;
  } catch {
    return undefined;
  }
}

async function createSelfSigned(hosts: string[]): Promise<Certificate> {
  const names = [...new Set(['localhost', '127.0.0.1', '::1', ...hosts])];
  const commonName = hosts.find((host) => isIP(host) === 0) ?? 'localhost';
  // Loaded by the first start only: it would be a third of the time that every start takes.
  const { generate } = await import('selfsigned');
  const { cert, private: keyPem } = await generate([{ name: 'commonName', value: commonName }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notAfterDate: new Date(Date.now() + validForMs),
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

import { readFile } from 'node:fs/promises';
import type { Certificate } from '../shared/certificate.ts';
import { UserError } from '../shared/errors.ts';
import { isPair } from './certificate-pair.ts';

/**
 * The certificate that WAI_TLS_CERT and WAI_TLS_KEY name.
 * @throws {UserError} a file cannot be read, or the two are no pair that can be served with
 */
export async function readGivenCertificate(
  certificatePath: string,
  keyPath: string,
): Promise<Certificate> {
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
  if (!isPair(certificate)) {
    throw new UserError(
      'certificate-unusable',
      `WAI_TLS_CERT, WAI_TLS_KEY: ${certificatePath} and ${keyPath} are not a certificate and its private key in PEM form.`,
    );
  }
  return certificate;
}

import { X509Certificate } from 'node:crypto';
import { dirname } from 'node:path';
import type { ProgramOptions } from '../program-options.ts';
import type { Certificate } from '../shared/certificate.ts';
import { watchFolder } from '../shared/watching/watch-folder.ts';
import { readExposure } from './exposure.ts';
import type { ExposureFacts } from './exposure.ts';
import { readGivenCertificate } from './given-certificate.ts';
import { openOwnCertificate, ownCertificatePath } from './own-certificate.ts';
import type { Renewal } from './own-certificate.ts';

const dayMs = 24 * 60 * 60_000;
/** So long administrators are told that browsers see another certificate. */
const tellRenewalForMs = 14 * dayMs;

export interface CertificateKeeper {
  /** What the page is served with: never half of a change. */
  current(): Certificate;
  /** What there is to say of it, beside its news. */
  exposure(): ExposureFacts;
  /** Calls back with each certificate that takes the place of another. */
  subscribe(listener: (certificate: Certificate) => void): () => void;
  /** For administrators: what changed, and what could not be loaded. */
  listNews(nowMs: number): string[];
  /** Looks whether there is another certificate; happens by itself too. */
  look(): Promise<void>;
  close(): void;
}

export interface CertificateKeeperOptions {
  options: Pick<ProgramOptions, 'tls' | 'stateDirectory'>;
  /** This machine's names and addresses as of now. */
  listOwnHosts: () => string[];
  /** Since the epoch. */
  nowMs: () => number;
  /** For the log: each change, and each new problem once. */
  tell: (sentence: string, level: 'info' | 'warn') => void;
  /** How long files that change are left alone: four links are not swapped at once. */
  settleMs?: number;
  /** How often is looked without being told. */
  lookEveryMs?: number;
}

interface Loaded extends ExposureFacts {
  certificate: Certificate;
  renewal?: Renewal | undefined;
}

/**
 * Keeps the certificate of the page: loads the files that are given again when they change, and renews
 * the own one. What is open stays open; a pair that does not fit is waited for.
 * @throws {UserError} if the files that are given cannot be used at the start
 */
export async function openCertificateKeeper({
  options: { tls, stateDirectory },
  listOwnHosts,
  nowMs,
  tell,
  settleMs = 500,
  lookEveryMs,
}: CertificateKeeperOptions): Promise<CertificateKeeper> {
  const { certificatePath, keyPath } = tls;
  const given =
    certificatePath !== undefined && keyPath !== undefined
      ? { certificatePath, keyPath }
      : undefined;
  const load = async (): Promise<Loaded> => {
    const found = given
      ? { certificate: await readGivenCertificate(given.certificatePath, given.keyPath) }
      : await openOwnCertificate(stateDirectory, listOwnHosts(), nowMs());
    const { isKeyReadable } = await readExposure({ tls }, found.certificate);
    return { ...found, isKeyReadable };
  };
  const listeners = new Set<(certificate: Certificate) => void>();
  let loaded = await load();
  let problem: string | undefined;

  const take = (found: Loaded) => {
    const former = loaded.certificate;
    loaded = found;
    problem = undefined;
    const { certificatePem, keyPem } = found.certificate;
    if (certificatePem === former.certificatePem && keyPem === former.keyPem) return;
    tell(describeChange(found.certificate, former, found.renewal), 'info');
    for (const listener of listeners) listener(found.certificate);
  };
  const fail = (error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    const { validTo } = new X509Certificate(loaded.certificate.certificatePem);
    const sentence = given
      ? `The new certificate cannot be loaded. ${reason} This page still uses the previous one, valid until ${validTo}. The files are loaded as soon as they fit.`
      : `The certificate of this page, valid until ${validTo}, cannot be renewed: ${reason}. This is tried again every hour.`;
    if (sentence !== problem) tell(sentence, 'warn');
    problem = sentence;
  };
  const lookOnce = () => load().then(take, fail);
  let looking = Promise.resolve();
  const look = () => (looking = looking.then(lookOnce));

  const stopWatching = given
    ? watchFiles([given.certificatePath, given.keyPath], () => void look(), {
        settleMs,
        lookEveryMs: lookEveryMs ?? 30_000,
      })
    : repeat(() => void look(), lookEveryMs ?? 60 * 60_000);

  return {
    current: () => loaded.certificate,
    exposure: () => loaded,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    listNews(atMs) {
      const { certificate, renewal } = loaded;
      const isNew = renewal !== undefined && atMs - renewal.atMs < tellRenewalForMs;
      return [
        ...(problem === undefined ? [] : [problem]),
        ...(isNew ? [describeRenewal(certificate, renewal, stateDirectory)] : []),
      ];
    },
    look,
    close: stopWatching,
  };
}

function describeChange(
  { certificatePem }: Certificate,
  former: Certificate,
  renewal: Renewal | undefined,
): string {
  const { fingerprint256, validTo } = new X509Certificate(certificatePem);
  const before = new X509Certificate(former.certificatePem).fingerprint256;
  const what = renewal ? `was renewed: ${renewal.reason}` : 'was loaded from its changed files';
  return `The certificate of this page ${what}. It is valid until ${validTo}; SHA-256 fingerprint ${fingerprint256}, before ${before}.`;
}

function describeRenewal(
  { certificatePem }: Certificate,
  { reason, atMs, formerFingerprint }: Renewal,
  stateDirectory: string,
): string {
  const { fingerprint256 } = new X509Certificate(certificatePem);
  const [day = ''] = new Date(atMs).toISOString().split('T');
  return `The certificate of this page was renewed on ${day}, because ${reason}. Browsers ask once more whether to trust it. Its SHA-256 fingerprint is now ${fingerprint256}; it was ${formerFingerprint}. To compare it with what your browser shows, run on this server: openssl x509 -in ${ownCertificatePath(stateDirectory)} -noout -fingerprint -sha256`;
}

/**
 * Also where a link on the way to the files is changed, which is seen at the next look.
 * @returns the function that ends it
 */
function watchFiles(
  paths: string[],
  onChange: () => void,
  { settleMs, lookEveryMs }: { settleMs: number; lookEveryMs: number },
): () => void {
  let timer: NodeJS.Timeout | undefined;
  const settle = () => {
    clearTimeout(timer);
    timer = setTimeout(onChange, settleMs).unref();
  };
  const folders = new Set(paths.map((path) => dirname(path)));
  const stops = [...folders].map((folder) =>
    // Any name: what is swapped may be a link that the files are behind.
    watchFolder(
      folder,
      () => true,
      settle,
      () => lookEveryMs,
    ),
  );
  return () => {
    clearTimeout(timer);
    for (const stop of stops) stop();
  };
}

function repeat(action: () => void, everyMs: number): () => void {
  const timer = setInterval(action, everyMs).unref();
  return () => {
    clearInterval(timer);
  };
}

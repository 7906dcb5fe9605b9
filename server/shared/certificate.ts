/** A certificate with its chain, and its private key. */
export interface Certificate {
  certificatePem: string;
  keyPem: string;
}

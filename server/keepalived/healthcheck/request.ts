/**
 * The request that a healthcheck's command makes, as this program can make it too. Headers may hold
 * credentials: they are sent, never shown or logged.
 */
export interface HealthcheckRequest {
  url: string;
  method: 'GET' | 'HEAD';
  headers: readonly (readonly [name: string, value: string])[];
  verifiesCertificate: boolean;
  /** A PEM file with the authorities to trust in place of the system's. */
  authoritiesPath?: string;
  /** How many redirects are followed, one after the other; one more is a failure. */
  redirectLimit: number;
  /** curl without --location: a redirect is its answer, and a success. */
  takesRedirects: boolean;
  /** curl without --fail: an answer with an error status is a success. */
  takesErrors: boolean;
  /** For everything together; undefined: no limit. */
  timeoutMs: number | undefined;
  /** Until the connection stands, with TLS. */
  connectTimeoutMs: number | undefined;
  /** How long the server may be silent. */
  idleTimeoutMs: number | undefined;
  family: 4 | 6 | undefined;
  /** curl --resolve: the address of a host for one port. */
  addresses: readonly { host: string; port: number; address: string }[];
}

/** The part of a request that a program makes when nothing else is said. */
export const plainRequest: Omit<HealthcheckRequest, 'url'> = {
  method: 'GET',
  headers: [],
  verifiesCertificate: true,
  redirectLimit: 0,
  takesRedirects: false,
  takesErrors: false,
  timeoutMs: undefined,
  connectTimeoutMs: undefined,
  idleTimeoutMs: undefined,
  family: undefined,
  addresses: [],
};

/** The same for two requests only if all of them is the same. It holds what they hold: never shown. */
export const describeKey = (request: HealthcheckRequest): string => JSON.stringify(request);

import http from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import type { LookupFunction, Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import type { HealthcheckRequest } from '../../keepalived/healthcheck/request.ts';
import type { HealthcheckExamination } from '../../keepalived/proof/evidence.ts';
import { createSilenceError } from './request-error.ts';

const maxBodyBytes = 64 * 1024;
const beginningLength = 300;

export interface HealthcheckAnswer {
  httpStatus: number;
  examined: NonNullable<HealthcheckExamination['answer']>;
}

/**
 * One request, without following its answer; the body is read to its end or to 64 KiB.
 * @param onAnswer called as the answer comes in, so that a part of one is known too
 */
export function sendRequest(
  request: HealthcheckRequest,
  {
    signal,
    secureContext,
    onAnswer,
  }: {
    signal: AbortSignal;
    secureContext: SecureContext | undefined;
    onAnswer: (answer: HealthcheckAnswer) => void;
  },
): Promise<HealthcheckAnswer> {
  const target = new URL(request.url);
  const isSecure = target.protocol === 'https:';
  const host = target.hostname.replace(/^\[(.*)\]$/, '$1');
  if (request.family && isIP(host) !== 0 && isIP(host) !== request.family) {
    return Promise.reject(new Error(`${host} is no IPv${request.family} address`));
  }
  const lookup = findLookup(request, target);
  const { connectTimeoutMs, idleTimeoutMs, verifiesCertificate: rejectUnauthorized } = request;
  const options: https.RequestOptions = {
    ...{ agent: false, signal, method: request.method },
    headers: { 'user-agent': 'keepalived-wai', ...Object.fromEntries(request.headers) },
    ...(request.family && { family: request.family }),
    ...(lookup && { lookup }),
    // Else it would be the name in a Host header.
    ...(isSecure && { rejectUnauthorized, servername: isIP(host) === 0 ? host : '' }),
    ...(isSecure && secureContext && { secureContext }),
  };
  return new Promise((resolve, reject) => {
    const sent = (isSecure ? https : http).request(target, options, (response) => {
      readAnswer(response, onAnswer).then(resolve, reject);
    });
    if (connectTimeoutMs !== undefined) limitConnecting(sent, connectTimeoutMs, isSecure);
    if (idleTimeoutMs !== undefined) {
      sent.setTimeout(idleTimeoutMs, () => sent.destroy(createSilenceError(idleTimeoutMs)));
    }
    sent.on('error', reject).end();
  });
}

function limitConnecting(sent: http.ClientRequest, limitMs: number, isSecure: boolean): void {
  const timer = setTimeout(() => sent.destroy(createSilenceError(limitMs)), limitMs);
  const stop = () => {
    clearTimeout(timer);
  };
  sent.on('close', stop).on('socket', (socket: Socket) => {
    socket.once(isSecure ? 'secureConnect' : 'connect', stop);
  });
}

async function readAnswer(
  response: http.IncomingMessage,
  onAnswer: (answer: HealthcheckAnswer) => void,
): Promise<HealthcheckAnswer> {
  const { location, 'content-type': contentType } = response.headers;
  let beginning = '';
  let receivedBytes = 0;
  const describe = (): HealthcheckAnswer => ({
    httpStatus: response.statusCode ?? 0,
    examined: { contentType, location, beginning, isLarge: receivedBytes >= maxBodyBytes },
  });
  onAnswer(describe());
  for await (const chunk of response as AsyncIterable<Buffer>) {
    receivedBytes += chunk.length;
    if (beginning.length < beginningLength) {
      beginning = (beginning + chunk.toString('utf8')).slice(0, beginningLength);
    }
    onAnswer(describe());
    // Leaving the loop ends the connection.
    if (receivedBytes >= maxBodyBytes) break;
  }
  return describe();
}

/** curl --resolve: that address in place of the name's own. */
function findLookup(
  { addresses }: HealthcheckRequest,
  { hostname, port, protocol }: URL,
): LookupFunction | undefined {
  const asked = Number(port) || (protocol === 'https:' ? 443 : 80);
  const found = addresses.findLast((one) => one.host === hostname && one.port === asked);
  if (!found) return undefined;
  const { address } = found;
  const family = isIP(address);
  return (_, options, callback) => {
    if (options.all === true) callback(null, [{ address, family }]);
    else callback(null, address, family);
  };
}

const redirects: readonly number[] = [301, 302, 303, 307, 308];

/** Where the answer leads; undefined: nowhere. Another server is told no credentials (curl(1)). */
export function findRedirect(
  request: HealthcheckRequest,
  { httpStatus, examined: { location } }: HealthcheckAnswer,
): HealthcheckRequest | undefined {
  if (!redirects.includes(httpStatus) || location === undefined) return undefined;
  if (!URL.canParse(location, request.url)) return undefined;
  const { href, origin } = new URL(location, request.url);
  const isSame = origin === new URL(request.url).origin;
  const headers = request.headers.filter(
    ([name]) => isSame || !['authorization', 'cookie', 'host'].includes(name.toLowerCase()),
  );
  return /^https?:/.test(href) ? { ...request, url: href, headers } : undefined;
}

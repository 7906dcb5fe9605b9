import http from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import { linkPath, linkProtocol } from '../../pair/link-protocol.ts';
import { errorCode } from '../../shared/error-code.ts';
import { UserError } from '../../shared/errors.ts';

/** What is not there within this time is away. */
const answersWithinMs = 5_000;

/**
 * Asks the page of another server for a connection with its agent. Who answers, both agents find out
 * with each other: its certificate is any.
 * @param url of its start page, with WAI_BASE_PATH: `https://192.168.0.11:9443/ha`
 * @throws {UserError} a sentence that says why there is none, and what to do
 */
export function dialPage(url: string, signal: AbortSignal): Promise<Duplex> {
  const page = new URL(url);
  const target = new URL(page.pathname.replace(/\/$/, '') + linkPath, page);
  const limited = AbortSignal.any([signal, AbortSignal.timeout(answersWithinMs)]);
  const headers = { connection: 'Upgrade', upgrade: linkProtocol };
  return new Promise((resolve, reject) => {
    const options = { headers, signal: limited, agent: false };
    const request =
      target.protocol === 'https:'
        ? https.get(target, { ...options, rejectUnauthorized: false })
        : http.get(target, options);
    request.once('upgrade', (response, connection, head) => {
      const isOurs = response.headers.upgrade?.toLowerCase() === linkProtocol;
      if (!isOurs) {
        connection.destroy();
        reject(notThisPage(url));
        return;
      }
      if (head.length > 0) connection.unshift(head);
      resolve(connection);
    });
    request.once('response', (response) => {
      response.destroy();
      reject(explainAnswer(url, response.statusCode));
    });
    request.once('error', (error) => {
      reject(explainFailure(url, error, limited.aborted && !signal.aborted));
    });
  });
}

function explainAnswer(url: string, status: number | undefined): UserError {
  if (status !== 503) return notThisPage(url);
  return refuse(`The page at ${url} answers, but its agent does not. Look at it, then try again.`);
}

function notThisPage(url: string): UserError {
  return refuse(
    `What answers at ${url} is not a keepalived-wai that can be paired. Check the address, the port and the path. If a reverse proxy is in front of it, it must pass on “Upgrade”.`,
  );
}

function explainFailure(url: string, error: Error, isLate: boolean): UserError {
  const { hostname, port } = new URL(url);
  const code = errorCode(error);
  if (isLate || code === 'ETIMEDOUT') {
    return refuse(
      `Nothing answers at ${url} within ${answersWithinMs / 1000} s. Check the address, and whether a firewall lets TCP port ${port || 'of the page'} in.`,
    );
  }
  if (code === 'ECONNREFUSED') {
    return refuse(
      `${hostname} refuses the connection. Its page does not run, or does not listen on that address: look at WAI_LISTEN there.`,
    );
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return refuse(`The name ${hostname} was not found. Enter the address instead.`);
  }
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH') {
    return refuse(
      `There is no way in the network to ${hostname}. Check the address and the routes.`,
    );
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL')) {
    return refuse(`What answers at ${url} does not speak HTTPS. If it speaks HTTP, enter http://…`);
  }
  return refuse(`The page at ${url} cannot be reached: ${error.message}`);
}

const refuse = (sentence: string) =>
  new UserError('other-server-away', sentence, { statusCode: 502 });

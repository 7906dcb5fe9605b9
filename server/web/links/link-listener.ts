/** The door for other servers: requests that leave HTTP for a connection of both agents. */
import http from 'node:http';
import type { Duplex } from 'node:stream';
import { linkPath, linkProtocol } from '../../pair/link-protocol.ts';
import { findInnerUrl } from '../edge/base-path.ts';
import { settleForwardedHeaders } from '../edge/forwarded-headers.ts';
import type { IsTrustedProxy } from '../edge/trusted-proxies.ts';
import { carryLink } from './carry-link.ts';
import type { LinkCarrier } from './carry-link.ts';

export interface LinkListenerOptions {
  basePath: string;
  isProxy: IsTrustedProxy;
  /** The agent's end of a connection from an address, `unix` where there is none. */
  openCarrier: (address: string) => LinkCarrier;
  /** Why the agent cannot be reached; undefined: it can. */
  findProblem: () => string | undefined;
}

/** A pair needs four; somebody who only holds them open keeps few out. */
const limits = { total: 48, perAddress: 8 };

/**
 * Answers upgrades to `linkProtocol`. It is no page: who is at the other end, both agents find out with
 * each other. Other upgrades are answered as if they had not been asked for (RFC 9110, 7.8).
 * @returns the function that ends all connections
 */
export function listenForLinks(
  server: http.Server,
  { basePath, isProxy, openCarrier, findProblem }: LinkListenerOptions,
): () => void {
  const open = new Map<Duplex, string>();

  server.on('upgrade', (request: http.IncomingMessage, connection: Duplex, head: Buffer) => {
    if (!isLinkRequest(request, basePath)) {
      answerWithout(server, request, connection);
      return;
    }
    const address = findAddress(request, isProxy);
    const count = [...open.values()].filter((one) => one === address).length;
    const isFull = open.size >= limits.total || (!isProxy(address) && count >= limits.perAddress);
    const problem = findProblem();
    if (isFull || problem !== undefined) {
      endWith(connection, refusal(isFull ? 'Too many connections of servers are open.' : problem));
      return;
    }
    open.set(connection, address);
    connection.once('close', () => open.delete(connection));
    connection.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${linkProtocol}\r\n\r\n`,
    );
    if (head.length > 0) connection.unshift(head);
    void carryLink(connection, openCarrier(address));
  });

  return () => {
    for (const connection of open.keys()) connection.destroy();
  };
}

function isLinkRequest({ method, url, headers }: http.IncomingMessage, basePath: string): boolean {
  const path = findInnerUrl(url, basePath)?.replace(/\?.*$/, '');
  return method === 'GET' && path === linkPath && headers.upgrade?.toLowerCase() === linkProtocol;
}

function findAddress(request: http.IncomingMessage, isProxy: IsTrustedProxy): string {
  settleForwardedHeaders(request, isProxy);
  const client = request.headers['x-forwarded-for'];
  return (typeof client === 'string' ? client : request.socket.remoteAddress) ?? 'unix';
}

/** Nobody keeps it open who does not read. */
function endWith(connection: Duplex, text: string): void {
  connection.end(text, () => {
    connection.destroy();
  });
}

function refusal(sentence = ''): string {
  const length = Buffer.byteLength(sentence);
  return `HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${length}\r\n\r\n${sentence}`;
}

/** Node has taken the connection from its parser: a body can no longer be read. */
function answerWithout(
  server: http.Server,
  request: http.IncomingMessage,
  connection: Duplex,
): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    endWith(
      connection,
      'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
    );
    return;
  }
  const response = new http.ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(request.socket);
  response.once('finish', () => {
    connection.end();
  });
  server.emit('request', request, response);
}

/** A client that reads server-sent events as they come. */
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { eventually } from '../../lab/eventually.ts';

export interface ReceivedEvent {
  id: string | undefined;
  name: string;
  data: unknown;
}

export interface EventClient {
  statusCode: number;
  headers: http.IncomingHttpHeaders;
  /** Of the events that were received so far, those of this name. */
  events(name: string): ReceivedEvent[];
  /** Waits until there are so many of this name, and returns the last. */
  awaitEvent(name: string, count?: number): Promise<ReceivedEvent>;
  /** What was answered instead of events. */
  text(): string;
  hasEnded(): boolean;
  response: http.IncomingMessage;
  close(): void;
}

/** Listens on a free port of 127.0.0.1. @returns the address */
export async function listen(app: FastifyInstance): Promise<string> {
  await app.listen({ host: '127.0.0.1', port: 0 });
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
}

export async function openEvents(
  url: string,
  headers: http.OutgoingHttpHeaders,
): Promise<EventClient> {
  const request = http.get(url, { headers, agent: false });
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  let text = '';
  let ended = false;
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => (text += chunk));
  response.on('close', () => (ended = true));
  response.on('error', () => undefined);
  const events = (name: string) => parseEvents(text).filter((event) => event.name === name);
  return {
    statusCode: response.statusCode ?? 0,
    headers: response.headers,
    events,
    awaitEvent: (name, count = 1) =>
      eventually(`${count} × ${name}`, () =>
        events(name).length >= count ? events(name).at(-1) : undefined,
      ),
    text: () => text,
    hasEnded: () => ended,
    response,
    close: () => request.destroy(),
  };
}

/** Whole events only: what has no empty line behind it is not there yet. */
function parseEvents(text: string): ReceivedEvent[] {
  return text
    .split('\n\n')
    .slice(0, -1)
    .flatMap((block) => {
      const fields = new Map(
        block.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string]),
      );
      const name = fields.get('event');
      const data = JSON.parse(fields.get('data') ?? 'null') as unknown;
      return name === undefined ? [] : [{ id: fields.get('id'), name, data }];
    });
}

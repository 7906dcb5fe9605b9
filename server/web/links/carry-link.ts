import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import type { PipeEvent } from '../../agent/links/link-pipes.ts';

/** The agent's end of one connection. */
export interface LinkCarrier {
  /** Resolves when the agent has ended it; rejects where it is away. An answer is waited for. */
  follow(onEvent: (event: PipeEvent) => Promise<void>, signal: AbortSignal): Promise<void>;
  /** Resolves when the agent has read the bytes. */
  pass(pipe: string, bytes: Uint8Array): Promise<void>;
}

/** Copies between a connection and the agent until either side ends it. Never throws. */
export async function carryLink(connection: Duplex, carrier: LinkCarrier): Promise<void> {
  const ended = new AbortController();
  const end = () => {
    ended.abort();
    connection.destroy();
  };
  connection.once('close', end).on('error', end);
  const passOn = async (pipe: string) => {
    for await (const bytes of connection as AsyncIterable<Uint8Array>) {
      await carrier.pass(pipe, bytes);
    }
  };
  const onEvent = async ({ pipe, bytes }: PipeEvent) => {
    if (pipe !== undefined) passOn(pipe).then(end, end);
    if (bytes && !connection.write(bytes))
      await once(connection, 'drain', { signal: ended.signal });
  };
  await carrier.follow(onEvent, ended.signal).catch(() => undefined);
  // What was written before its end still arrives.
  connection.end(end);
}

/** What the web has asked over one connection, and what becomes of each answer. */
import type { z } from 'zod';
import type { Call, TailPlace, Topic } from './calls.ts';
import type { AgentAnswer } from './client-connection.ts';
import { eventsUnderWay } from './limits.ts';
import type { OpenKind, Usage } from './usage.ts';
import { encodeWebMessage } from './wire/encode.ts';
import { MalformedFrameError } from './wire/frame.ts';
import { attachTail } from './wire/tail.ts';
import { createBusyError, fromWireError } from './wire-errors.ts';

export interface Question<Entry> {
  name: string;
  entry: Entry;
  request: unknown;
  signal: AbortSignal | undefined;
}

export interface Asking {
  /** Rejects with the signal's reason as soon as it is aborted. */
  call(question: Question<Call>): Promise<unknown>;
  /** Resolves when either side has ended the stream, and its events were dealt with. */
  subscribe(question: Question<Topic>, onEvent: (event: unknown) => unknown): Promise<void>;
  /** Throws a `MalformedFrameError` for an answer to what is not open. */
  accept(answer: AgentAnswer, tail: Uint8Array): void;
  /** The connection has ended: nothing that is open will be answered. */
  fail(error: Error): void;
}

/** A result or an event as it arrived, not yet parsed. */
interface Received {
  value: unknown;
  /** undefined: it has no bytes. */
  tail: Uint8Array | undefined;
}

type OnReceived = (event: Received, stream: Stream) => void;

/** What one event can do to the stream that it is of. */
interface Stream {
  take: () => void;
  fail: (error: Error) => void;
}

interface OpenRequest {
  /** undefined: it ended without a result, as each stream does. */
  resolve: (result: Received | undefined) => void;
  reject: (error: Error) => void;
  onEvent: (event: Received) => void;
  /** Also of one that was cancelled: it is counted until the agent has answered. */
  end: () => void;
}

export function createAsking(send: (frame: Buffer) => void, usage: Usage): Asking {
  const open = new Map<number, OpenRequest>();
  let lastId = 0;

  const ask = (
    kind: OpenKind,
    { name, request, signal }: Question<Call | Topic>,
    onEvent: OnReceived,
  ) =>
    new Promise<Received | undefined>((resolve, reject) => {
      signal?.throwIfAborted();
      const id = lastId + 1;
      const frame = encodeWebMessage({ kind, id, name, request });
      const release = usage.take(kind, frame.length);
      if (!release) throw createBusyError();
      lastId = id;
      const sendAbout = (about: 'cancel' | 'taken') => {
        send(encodeWebMessage({ kind: about, id }));
      };
      const fail = (error: Error) => {
        reject(error);
        sendAbout('cancel');
      };
      const cancel = () => {
        fail(asError(signal?.reason));
      };
      const take = () => {
        sendAbout('taken');
      };
      signal?.addEventListener('abort', cancel, { once: true });
      open.set(id, {
        ...{ resolve, reject },
        onEvent: (event) => {
          onEvent(event, { take, fail });
        },
        end: () => {
          signal?.removeEventListener('abort', cancel);
          open.delete(id);
          release();
        },
      });
      send(frame);
    });

  return {
    async call(question) {
      const { result, tail } = question.entry;
      const received = await ask('call', question, () => undefined);
      if (!received) throw new Error(`The agent gave no result of ${question.name}.`);
      return read(result, tail, received);
    },
    async subscribe(question, onEvent) {
      const { entry, signal } = question;
      /** Each event is dealt with before the next one. */
      let last: Promise<void> = Promise.resolve();
      let hasFailed = false;
      const deal = async (received: Received, before: Promise<void>) => {
        await before;
        if (hasFailed || signal?.aborted) return;
        await onEvent(read(entry.event, entry.tail, received));
      };
      const most = eventsUnderWay[entry.overflow];
      let untaken = 0;
      const onReceived: OnReceived = (received, stream) => {
        untaken += 1;
        // Whoever does not wait would fill the memory of who has to deal with them.
        if (untaken > most) throw new MalformedFrameError('an event before those sent were taken');
        const take = () => {
          untaken -= 1;
          stream.take();
        };
        last = deal(received, last).then(take, (error: unknown) => {
          hasFailed = true;
          stream.fail(asError(error));
        });
      };
      try {
        await ask('subscribe', question, onReceived);
        await last;
      } catch (error) {
        if (!signal?.aborted) throw error;
      }
    },
    accept(answer, tail) {
      const request = open.get(answer.id);
      if (!request) throw new MalformedFrameError('an answer to what is not open');
      if (answer.kind !== 'event') request.end();
      switch (answer.kind) {
        case 'event':
          request.onEvent({ value: answer.event, tail: answer.hasTail ? tail : undefined });
          return;
        case 'result':
          request.resolve({ value: answer.result, tail: answer.hasTail ? tail : undefined });
          return;
        case 'error':
          request.reject(fromWireError(answer.error));
          return;
        case 'end':
          request.resolve(undefined);
      }
    },
    fail(error) {
      for (const request of open.values()) {
        request.end();
        request.reject(error);
      }
    },
  };
}

function read(schema: z.ZodType, place: TailPlace | undefined, received: Received): unknown {
  const { value, tail } = received;
  return schema.parse(tail && place ? attachTail(value, place, tail) : value);
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

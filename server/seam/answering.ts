/** The requests of one connection that are open: each is answered once, and counted until then. */
import type { BoundCall, BoundEntry, BoundTopic, SeamPeer } from './handlers.ts';
import type { SeamLimits } from './limits.ts';
import { createOutgoingEvents } from './outgoing-events.ts';
import type { OutgoingEvents } from './outgoing-events.ts';
import { parseRequest } from './parse-request.ts';
import type { SeamProblem } from './problems.ts';
import { SharedEvent } from './shared-event.ts';
import { createUsage } from './usage.ts';
import type { OpenKind } from './usage.ts';
import { encodeAgentMessage, encodeEvent, encodeResult, prepareEvent } from './wire/encode.ts';
import { MalformedFrameError } from './wire/frame.ts';
import type { WebMessage } from './wire/messages.ts';
import type { Outbox } from './wire/outbox.ts';
import { createBadCallError, createBusyError, toWireError } from './wire-errors.ts';

type AskMessage = Extract<WebMessage, { kind: OpenKind }>;

export interface Answering {
  /** Throws a `MalformedFrameError` for an id that is not larger than those before. */
  ask(message: AskMessage, bytes: number): void;
  /** Both throw a `MalformedFrameError` for an id that was never asked. */
  cancel(id: number): void;
  taken(id: number): void;
  /** There is room in the outbox again. */
  flush(): void;
  /** The connection has ended. */
  close(): void;
}

interface OpenRequest {
  kind: OpenKind;
  cancel: () => void;
  stream?: OutgoingEvents;
}

export function createAnswering({
  peer,
  entries,
  limits,
  outbox,
  onProblem,
}: {
  peer: SeamPeer;
  entries: ReadonlyMap<string, BoundEntry>;
  limits: SeamLimits;
  outbox: Outbox;
  onProblem: (problem: SeamProblem) => void;
}): Answering {
  const open = new Map<number, OpenRequest>();
  const usage = createUsage(limits);
  let lastId = 0;

  const sendError = (id: number, name: string, error: unknown) => {
    const told = toWireError(error, (errorId) => {
      onProblem({ kind: 'failed', peerId: peer.id, name, errorId, error });
    });
    outbox.send(encodeAgentMessage({ kind: 'error', id, error: told }));
  };

  const answerCall = async (
    { id, name }: AskMessage,
    release: () => void,
    { entry, handle }: BoundCall,
    request: unknown,
  ): Promise<void> => {
    const controller = new AbortController();
    const cancel = () => {
      controller.abort();
    };
    open.set(id, { kind: 'call', cancel });
    try {
      const result = await handle(request, { peer, signal: controller.signal });
      outbox.send(encodeResult(id, result, entry.tail));
    } catch (error) {
      if (isAbort(error, controller.signal)) outbox.send(encodeAgentMessage({ kind: 'end', id }));
      else sendError(id, name, error);
    }
    open.delete(id);
    release();
  };

  const answerTopic = async (
    { id, name }: AskMessage,
    release: () => void,
    { entry, handle }: BoundTopic,
    request: unknown,
  ): Promise<void> => {
    const controller = new AbortController();
    const { signal } = controller;
    let failure: { error: unknown } | undefined;
    const stream = createOutgoingEvents({
      overflow: entry.overflow,
      limits,
      hasRoom: () => outbox.hasRoom(),
      send: (event) => {
        outbox.send(...encodeEvent(id, event));
      },
    });
    const cancel = () => {
      controller.abort();
      stream.drop();
    };
    /** Whoever emits is told nothing: they may be in the middle of something else. */
    const fail = (error: unknown) => {
      if (!isAbort(error, signal)) failure ??= { error };
      cancel();
    };
    const emit = async (event: unknown): Promise<void> => {
      const isWaitedFor = entry.overflow === 'every';
      if (signal.aborted) {
        if (isWaitedFor) signal.throwIfAborted();
        return;
      }
      try {
        const prepared =
          event instanceof SharedEvent
            ? event.prepare(entry.tail)
            : prepareEvent(event, entry.tail);
        await stream.emit(prepared);
      } catch (error) {
        fail(error);
      }
      if (isWaitedFor) signal.throwIfAborted();
    };
    open.set(id, { kind: 'subscribe', cancel, stream });
    try {
      await handle(request, emit, { peer, signal });
    } catch (error) {
      fail(error);
    }
    const finish = () => {
      open.delete(id);
      release();
      if (failure) sendError(id, name, failure.error);
      else outbox.send(encodeAgentMessage({ kind: 'end', id }));
    };
    if (signal.aborted) finish();
    else stream.finish(finish);
  };

  const find = (id: number): OpenRequest | undefined => {
    if (id > lastId) throw new MalformedFrameError(`the id ${id}, which was never asked`);
    return open.get(id);
  };

  return {
    ask(message, bytes) {
      const { kind, id, name } = message;
      if (id <= lastId) throw new MalformedFrameError(`the id ${id} again`);
      lastId = id;
      const bound = entries.get(name);
      if (bound?.kind !== kind) {
        sendError(id, name, createBadCallError('there is nothing of that name to ask for'));
        return;
      }
      try {
        const request = parseRequest(bound.entry.request, message.request);
        const release = usage.take(kind, bytes);
        if (!release) throw createBusyError();
        if (bound.kind === 'call') void answerCall(message, release, bound, request);
        else void answerTopic(message, release, bound, request);
      } catch (error) {
        sendError(id, name, error);
      }
    },
    cancel(id) {
      find(id)?.cancel();
    },
    taken(id) {
      const request = find(id);
      if (request?.kind === 'call') throw new MalformedFrameError('a call has no events');
      request?.stream?.taken();
    },
    flush() {
      for (const { stream } of open.values()) stream?.flush();
    },
    close() {
      for (const { cancel } of open.values()) cancel();
    },
  };
}

function isAbort(error: unknown, signal: AbortSignal): boolean {
  return (
    signal.aborted &&
    (error === signal.reason || (error instanceof Error && error.name === 'AbortError'))
  );
}

import type { Socket } from 'node:net';
import { createAnswering } from './answering.ts';
import type { Answering } from './answering.ts';
import type { BoundEntry } from './handlers.ts';
import type { SeamLimits } from './limits.ts';
import type { SeamProblem } from './problems.ts';
import { createDeadline } from './wire/deadline.ts';
import { encodeAgentMessage } from './wire/encode.ts';
import { createFrameReader, MalformedFrameError } from './wire/frame.ts';
import type { Frame } from './wire/frame.ts';
import { parseWebMessage, protocolVersion } from './wire/messages.ts';
import { createOutbox } from './wire/outbox.ts';

/** A hello is short: nobody who has not said one makes the agent hold more. */
const mostHelloBytes = 1024;

/** One connection, as the agent sees it: who it is, then what it asks. What is wrong ends it. */
export function serveConnection({
  socket,
  peerId,
  version,
  entries,
  limits,
  onProblem,
}: {
  socket: Socket;
  peerId: number;
  /** Of this program. */
  version: string;
  entries: ReadonlyMap<string, BoundEntry>;
  limits: SeamLimits;
  onProblem: (problem: SeamProblem) => void;
}): void {
  let answering: Answering | undefined;
  let framesRead = 0;

  const closeFor = (problem: SeamProblem) => {
    if (socket.destroyed) return;
    socket.destroy();
    onProblem(problem);
  };
  const silence = createDeadline(limits.helloMs, () => {
    closeFor({ kind: 'silent', peerId });
  });
  const halfFrame = createDeadline(limits.frameMs, () => {
    if (socket.isPaused()) halfFrame.start();
    else closeFor({ kind: 'silent', peerId });
  });
  const outbox = createOutbox(socket, limits, () => {
    closeFor({ kind: 'stuck', peerId });
  });

  /** Both sides say who they are before anything else; each sees for itself if that fits. */
  const greet = (frame: Frame) => {
    const hello = parseWebMessage(frame);
    if (hello.kind !== 'hello') throw new MalformedFrameError('no hello at first');
    silence.stop();
    const { program, protocol } = hello;
    if (program === version && protocol === protocolVersion) {
      const peer = { id: peerId, program };
      answering = createAnswering({ peer, entries, limits, outbox, onProblem });
      return;
    }
    onProblem({ kind: 'version', peerId, program, protocol });
    // Our own hello is on its way: it tells the other side why.
    socket.end();
    socket.removeAllListeners('data').resume();
    silence.start();
  };

  const reader = createFrameReader(
    (frame) => {
      framesRead += 1;
      if (!socket.writable) return;
      if (answering) dispatch(answering, frame);
      else greet(frame);
    },
    () => (answering ? limits.requestFrameBytes : mostHelloBytes),
    limits.requestValues,
  );
  const dispatch = (answers: Answering, frame: Frame) => {
    const message = parseWebMessage(frame);
    switch (message.kind) {
      case 'hello':
        throw new MalformedFrameError('a second hello');
      case 'call':
      case 'subscribe':
        answers.ask(message, frame.bytes);
        return;
      case 'cancel':
        answers.cancel(message.id);
        return;
      case 'taken':
        answers.taken(message.id);
        return;
      case 'ping':
        outbox.send(encodeAgentMessage({ kind: 'pong' }));
    }
  };

  socket.on('data', (chunk: Buffer) => {
    const framesBefore = framesRead;
    try {
      reader.read(chunk);
    } catch (error) {
      // Whatever it was: it ends this connection and nothing else.
      const what = error instanceof MalformedFrameError ? error.message : String(error);
      closeFor({ kind: 'malformed', peerId, what });
    }
    if (socket.destroyed) return;
    // A frame has its time from its begin on, however often a little more of it arrives.
    if (framesRead > framesBefore) halfFrame.stop();
    if (reader.isWithin()) halfFrame.start();
    // Who does not read is not listened to.
    if (!outbox.hasRoom()) socket.pause();
  });
  socket.on('drain', () => {
    socket.resume();
    answering?.flush();
  });
  socket.on('close', () => {
    silence.stop();
    halfFrame.stop();
    outbox.close();
    answering?.close();
  });
  // The other side went away in the middle of a write: `close` follows.
  socket.on('error', () => undefined);

  silence.start();
  outbox.send(encodeAgentMessage({ kind: 'hello', program: version, protocol: protocolVersion }));
}

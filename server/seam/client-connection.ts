import type { Socket } from 'node:net';
import type { SeamLimits } from './limits.ts';
import { encodeWebMessage } from './wire/encode.ts';
import { createFrameReader, MalformedFrameError } from './wire/frame.ts';
import { parseAgentMessage, protocolVersion } from './wire/messages.ts';
import type { AgentMessage } from './wire/messages.ts';
import { createOutbox } from './wire/outbox.ts';

/** What comes after the hello. */
export type AgentAnswer = Exclude<AgentMessage, { kind: 'hello' | 'pong' }>;

export interface ClientConnection {
  send(frame: Buffer): void;
  close(): void;
}

export interface ClientConnectionEvents {
  /** The agent is there, and of the same version. */
  onOpen: () => void;
  onAnswer: (answer: AgentAnswer, tail: Uint8Array) => void;
  /** @param agentVersion the agent is there, but of another version; undefined: any other reason */
  onClosed: (agentVersion: string | undefined) => void;
}

/**
 * One connection to the agent, from its begin to its end.
 * @param socket connected, or on its way to be
 * @param silenceMs if the agent says nothing for so long, not even when it is asked, it has hung
 */
export function openConnection(
  {
    socket,
    version,
    limits,
    silenceMs,
  }: { socket: Socket; version: string; limits: SeamLimits; silenceMs: number },
  { onOpen, onAnswer, onClosed }: ClientConnectionEvents,
): ClientConnection {
  let isOpen = false;
  let agentVersion: string | undefined;
  let hasHeard = false;
  let hasAsked = false;

  const outbox = createOutbox(socket, limits, () => {
    socket.destroy();
  });
  const ping = encodeWebMessage({ kind: 'ping' });
  const look = setInterval(() => {
    // What has arrived in the meantime is read first: it may be us who were held up.
    setImmediate(() => {
      if (hasHeard) hasAsked = false;
      else if (hasAsked) socket.destroy();
      else {
        hasAsked = true;
        if (isOpen) outbox.send(ping);
      }
      hasHeard = false;
    });
  }, silenceMs / 2);

  const dispatch = (message: AgentMessage, tail: Uint8Array) => {
    if (message.kind === 'hello') {
      const { program, protocol } = message;
      if (isOpen) throw new MalformedFrameError('a second hello');
      isOpen = program === version && protocol === protocolVersion;
      if (isOpen) onOpen();
      else {
        agentVersion = program;
        socket.end();
      }
      return;
    }
    if (!isOpen) throw new MalformedFrameError('no hello at first');
    if (message.kind !== 'pong') onAnswer(message, tail);
  };
  const reader = createFrameReader(
    (frame) => {
      if (socket.writable) dispatch(parseAgentMessage(frame), frame.tail);
    },
    () => limits.answerFrameBytes,
    limits.answerValues,
  );

  // Written as soon as it is connected.
  outbox.send(encodeWebMessage({ kind: 'hello', program: version, protocol: protocolVersion }));
  socket.on('data', (chunk: Buffer) => {
    hasHeard = true;
    try {
      reader.read(chunk);
    } catch (error) {
      if (!(error instanceof MalformedFrameError)) throw error;
      socket.destroy();
    }
  });
  // Nobody listens, or the other side went away: `close` follows.
  socket.on('error', () => undefined);
  socket.on('close', () => {
    clearInterval(look);
    outbox.close();
    onClosed(agentVersion);
  });

  return {
    send: (frame) => {
      outbox.send(frame);
    },
    close: () => {
      socket.destroy();
    },
  };
}

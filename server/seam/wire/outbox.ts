import type { Socket } from 'node:net';
import type { SeamLimits } from '../limits.ts';
import { createDeadline } from './deadline.ts';

export interface Outbox {
  /** @param frame its parts */
  send(...frame: Buffer[]): void;
  /** Whether the other side has read nearly all; else what can wait has to. */
  hasRoom(): boolean;
  close(): void;
}

/**
 * Writes frames, a bounded number of bytes ahead of the other side.
 * @param onStuck the other side does not read: nothing for too long, or too much waits for it
 */
export function createOutbox(
  socket: Socket,
  limits: Pick<SeamLimits, 'roomBytes' | 'outgoingBytes' | 'unreadMs'>,
  onStuck: () => void,
): Outbox {
  const unread = createDeadline(limits.unreadMs, onStuck);
  const onWritten = () => {
    unread.stop();
    if (socket.writableLength > 0) unread.start();
  };
  return {
    send(...frame) {
      if (!socket.writable) return;
      // All parts in one call of the system.
      socket.cork();
      for (const [index, part] of frame.entries()) {
        socket.write(part, index === frame.length - 1 ? onWritten : undefined);
      }
      socket.uncork();
      if (socket.writableLength > limits.outgoingBytes) onStuck();
      else if (socket.writableLength > 0) unread.start();
    },
    hasRoom: () => socket.writableLength < limits.roomBytes,
    close: () => {
      unread.stop();
    },
  };
}

import type { TLSSocket } from 'node:tls';
import { createFrameReader, encodeFrame, MalformedFrameError } from '../../seam/wire/frame.ts';

const mostFirstBytes = 16 * 1024;
const mostFirstValues = 200;
const lengthBytes = 4;

export function sendFirstFrame(socket: TLSSocket, value: object): void {
  socket.write(encodeFrame(JSON.stringify(value)));
}

/**
 * Reads one frame and not a byte of what follows it: that belongs to the seam.
 * @returns rejects if the connection ends before, or if it is no frame
 */
export async function readFirstFrame(socket: TLSSocket): Promise<unknown> {
  const begin = await readBytes(socket, lengthBytes);
  const following = begin.readUInt32BE(0);
  if (following > mostFirstBytes) throw new MalformedFrameError(`a frame of ${following} bytes`);
  const rest = following === 0 ? Buffer.alloc(0) : await readBytes(socket, following);
  let head: unknown;
  const reader = createFrameReader(
    (frame) => {
      head = frame.head;
    },
    () => mostFirstBytes,
    mostFirstValues,
  );
  reader.read(Buffer.concat([begin, rest]));
  return head;
}

function readBytes(socket: TLSSocket, count: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      socket.off('readable', look).off('close', onEnd).off('end', onEnd);
      act();
    };
    const look = () => {
      const bytes = socket.read(count) as Buffer | null;
      // At the end, what is left is given, however short it is.
      if (bytes?.length === count) {
        settle(() => {
          resolve(bytes);
        });
      } else if (bytes) onEnd();
    };
    const onEnd = () => {
      settle(() => {
        reject(new Error('The connection was closed.'));
      });
    };
    socket.on('readable', look).on('close', onEnd).on('end', onEnd);
    if (socket.destroyed) onEnd();
    else look();
  });
}

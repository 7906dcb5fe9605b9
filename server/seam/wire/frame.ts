/**
 * Frames: what crosses the socket, in both directions.
 *
 * | bytes | what                                                                           |
 * | ----- | ------------------------------------------------------------------------------ |
 * | 4     | length of all that follows, big endian: 5 to 8,388,608 (8 MiB)                 |
 * | 4     | length of the head, big endian: 1 to the length that follows                   |
 * | …     | the head: JSON in UTF-8, one message of `messages.ts`                          |
 * | …     | the tail, up to the end of the frame: bytes that belong to the head, often none |
 */

/** Of what follows the first length. */
export const mostFrameBytes = 8 * 1024 * 1024;
const lengthBytes = 4;
/** What a frame's buffer begins with: a frame that is only announced costs no more. */
const firstBufferBytes = 64 * 1024;
const noTail = new Uint8Array(0);

/** What arrived is not a frame or not a message. It ends the connection. */
export class MalformedFrameError extends Error {}

export interface Frame {
  head: unknown;
  tail: Uint8Array;
  /** Of the whole frame. */
  bytes: number;
}

/** @param json the head, as JSON. Throws if the frame would be too large. */
export function encodeFrame(json: string, tail?: Uint8Array): Buffer {
  const headBytes = Buffer.byteLength(json);
  const following = lengthBytes + headBytes + (tail?.length ?? 0);
  assertFits(following);
  const frame = Buffer.allocUnsafe(lengthBytes + following);
  frame.writeUInt32BE(following, 0);
  frame.writeUInt32BE(headBytes, lengthBytes);
  frame.write(json, 2 * lengthBytes);
  if (tail) frame.set(tail, 2 * lengthBytes + headBytes);
  return frame;
}

/** @returns the same of a head that is in parts: the parts are not copied */
export function encodeFrameParts(head: readonly Buffer[], tail: Buffer | undefined): Buffer[] {
  const headBytes = head.reduce((sum, part) => sum + part.length, 0);
  const following = lengthBytes + headBytes + (tail?.length ?? 0);
  assertFits(following);
  const lengths = Buffer.allocUnsafe(2 * lengthBytes);
  lengths.writeUInt32BE(following, 0);
  lengths.writeUInt32BE(headBytes, lengthBytes);
  return [lengths, ...head, ...(tail ? [tail] : [])];
}

/** Throws if a message of so many bytes is larger than a frame may be. */
export function assertFits(bytes: number): void {
  if (bytes > mostFrameBytes) {
    throw new RangeError(`A message of ${bytes} bytes is too large for the seam.`);
  }
}

export interface FrameReader {
  /** Takes what arrived and calls back for each whole frame. Throws a `MalformedFrameError`. */
  read(chunk: Buffer): void;
  /** Whether a frame has begun that is not whole. */
  isWithin(): boolean;
}

/**
 * @param mostBytes the longest frame that is accepted now; asked when a frame begins
 * @param mostValues so many values may be in its head: a small frame of `[{},{},…]` takes fifty times its
 *   bytes in memory, and long (measured)
 */
export function createFrameReader(
  onFrame: (frame: Frame) => void,
  mostBytes: () => number = () => mostFrameBytes,
  mostValues = Infinity,
): FrameReader {
  /** The begin of a frame. It grows with what arrives, never with what is announced. */
  let held = Buffer.alloc(0);
  let heldBytes = 0;

  const hold = (bytes: Buffer, following: number) => {
    const needed = heldBytes + bytes.length;
    if (needed > held.length) {
      const size = Math.max(needed, 2 * held.length, firstBufferBytes);
      const larger = Buffer.allocUnsafe(Math.min(size, Math.max(needed, following)));
      held.copy(larger, 0, 0, heldBytes);
      held = larger;
    }
    bytes.copy(held, heldBytes);
    heldBytes = needed;
  };

  return {
    read(chunk) {
      let rest = chunk;
      while (rest.length > 0) {
        if (heldBytes === 0) {
          const frameBytes = findFrameBytes(rest, mostBytes());
          if (frameBytes !== undefined && rest.length >= frameBytes) {
            onFrame(parseFrame(rest.subarray(0, frameBytes), mostValues));
            rest = rest.subarray(frameBytes);
            continue;
          }
        }
        const known = findFrameBytes(held.subarray(0, heldBytes), mostBytes());
        const wanted = known ?? lengthBytes;
        const taken = rest.subarray(0, wanted - heldBytes);
        hold(taken, wanted);
        rest = rest.subarray(taken.length);
        if (heldBytes === known) {
          const whole = held;
          held = Buffer.alloc(0);
          heldBytes = 0;
          onFrame(parseFrame(whole.subarray(0, known), mostValues));
        }
      }
    },
    isWithin: () => heldBytes > 0,
  };
}

/** @returns the length of the frame that begins here, undefined: not enough is here to say it */
function findFrameBytes(begin: Buffer, mostBytes: number): number | undefined {
  if (begin.length < lengthBytes) return undefined;
  const following = begin.readUInt32BE(0);
  if (following <= lengthBytes) throw new MalformedFrameError('a frame without a head');
  if (following > mostBytes) throw new MalformedFrameError(`a frame of ${following} bytes`);
  return lengthBytes + following;
}

function parseFrame(frame: Buffer, mostValues: number): Frame {
  const headBytes = frame.readUInt32BE(lengthBytes);
  const headEnd = 2 * lengthBytes + headBytes;
  if (headBytes === 0 || headEnd > frame.length) {
    throw new MalformedFrameError(`a head of ${headBytes} bytes`);
  }
  // A copy: who keeps the tail does not keep the whole chunk.
  const tail = headEnd === frame.length ? noTail : new Uint8Array(frame.subarray(headEnd));
  if (hasMoreValues(frame.subarray(2 * lengthBytes, headEnd), mostValues)) {
    throw new MalformedFrameError(`a head of more than ${mostValues} values`);
  }
  const head = parseJson(frame.toString('utf8', 2 * lengthBytes, headEnd));
  return { head, tail, bytes: frame.length };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The error quotes the text, which may have a secret.
    throw new MalformedFrameError('a head that is not JSON');
  }
}

const [quote, backslash, comma, openBracket, openBrace] = [0x22, 0x5c, 0x2c, 0x5b, 0x7b];

/** Counted in the bytes, before anything is made of them: by what begins or parts values. */
function hasMoreValues(json: Buffer, most: number): boolean {
  // Each takes a byte at least.
  if (json.length <= most) return false;
  let count = 0;
  let isInString = false;
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at];
    if (isInString) {
      if (byte === backslash) at += 1;
      else if (byte === quote) isInString = false;
    } else if (byte === quote) isInString = true;
    else if (byte === comma || byte === openBracket || byte === openBrace) {
      count += 1;
      if (count > most) return true;
    }
  }
  return false;
}

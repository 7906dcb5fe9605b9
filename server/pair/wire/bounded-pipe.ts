import { Duplex } from 'node:stream';

/** Who has not yet shown who they are gets no more than this read. */
const mostStrangeBytes = 64 * 1024;
/** Of a server that is known: far more than its reports take, and not so much that reading it is work. */
const bytesPerSecond = 1024 * 1024;
const burstBytes = 8 * 1024 * 1024;

export interface BoundedPipe {
  pipe: Duplex;
  /** Who is at the other end is known. */
  trust(): void;
}

/**
 * A pipe that reads a bounded number of bytes from another one: few of a stranger, and of a known server
 * so many in a second that it cannot keep this one busy.
 * @param onFlood a stranger has sent too much; the pipe was destroyed
 */
export function boundPipe(inner: Duplex, onFlood: () => void): BoundedPipe {
  let isTrusted = false;
  let strangeBytes = 0;
  let allowance = burstBytes;
  let countedAtMs = performance.now();
  let rest: NodeJS.Timeout | undefined;

  const pipe = new Duplex({
    read() {
      if (!rest) inner.resume();
    },
    write(chunk: Buffer, _, done) {
      inner.write(chunk, done);
    },
    final(done) {
      inner.end(done);
    },
    destroy(error, done) {
      clearTimeout(rest);
      inner.destroy();
      done(error);
    },
  });

  const count = (bytes: number) => {
    const nowMs = performance.now();
    const earned = ((nowMs - countedAtMs) / 1000) * bytesPerSecond;
    allowance = Math.min(burstBytes, allowance + earned) - bytes;
    countedAtMs = nowMs;
    if (allowance >= 0) return;
    inner.pause();
    rest ??= setTimeout(
      () => {
        rest = undefined;
        inner.resume();
      },
      (-allowance / bytesPerSecond) * 1000,
    );
  };
  inner.on('data', (chunk: Buffer) => {
    if (isTrusted) count(chunk.length);
    else {
      strangeBytes += chunk.length;
      if (strangeBytes > mostStrangeBytes) {
        pipe.destroy();
        onFlood();
        return;
      }
    }
    if (!pipe.push(chunk)) inner.pause();
  });
  inner.on('end', () => pipe.push(null));
  inner.on('close', () => pipe.destroy());
  // `close` follows.
  inner.on('error', () => undefined);
  pipe.on('error', () => undefined);
  return {
    pipe,
    trust() {
      isTrusted = true;
    },
  };
}

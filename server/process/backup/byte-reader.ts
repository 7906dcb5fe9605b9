/** Takes so many bytes at a time from a stream, and never more memory than one piece of it and these. */
export interface ByteReader {
  /** The next bytes; undefined: the stream ends before. */
  take(count: number): Promise<Buffer | undefined>;
  /** Whether the stream has ended. */
  hasEnded(): Promise<boolean>;
}

export function createByteReader(source: AsyncIterable<Buffer>): ByteReader {
  const pieces = source[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  /** @returns false at the end of the stream */
  async function readMore(): Promise<boolean> {
    const next = await pieces.next();
    if (next.done === true) return false;
    rest = rest.length === 0 ? next.value : Buffer.concat([rest, next.value]);
    return true;
  }
  return {
    async take(count) {
      const taken: Buffer[] = [];
      let missing = count;
      while (missing > 0) {
        if (rest.length === 0 && !(await readMore())) return undefined;
        const part = rest.subarray(0, missing);
        taken.push(part);
        rest = rest.subarray(part.length);
        missing -= part.length;
      }
      return Buffer.concat(taken);
    },
    async hasEnded() {
      while (rest.length === 0) {
        if (!(await readMore())) return true;
      }
      return false;
    },
  };
}

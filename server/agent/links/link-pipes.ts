import { randomUUID } from 'node:crypto';
import { Duplex } from 'node:stream';
import { untilAborted } from '../../seam/handlers.ts';
import { UserError } from '../../shared/errors.ts';

/** What the web is told of one connection: its name first, then the bytes for the other server. */
export interface PipeEvent {
  pipe?: string;
  bytes?: Uint8Array;
}

export interface LinkPipes {
  /**
   * Serves a connection that another server has opened with the web, until either side ends it.
   * @param address where it came from, as the web says
   * @param emit resolves when the web has taken what was told
   */
  open(
    address: string,
    emit: (event: PipeEvent) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void>;
  /**
   * Resolves when the bytes of the other server have been read.
   * @throws {UserError} `no-such-pipe`: it has ended
   */
  take(pipe: string, bytes: Uint8Array): Promise<void>;
}

/**
 * Connections with other servers, which the web passes on: bytes that it does not understand.
 * @param accept gets each as a stream
 */
export function createLinkPipes(
  accept: (stream: Duplex, from: { address: string }) => void,
): LinkPipes {
  const open = new Map<string, LinkPipe>();
  return {
    async open(address, emit, signal) {
      const name = randomUUID();
      const pipe = new LinkPipe(emit);
      open.set(name, pipe);
      try {
        await emit({ pipe: name });
        accept(pipe, { address });
        const ended = new Promise((resolve) => pipe.once('close', resolve));
        await Promise.race([ended, untilAborted(signal)]);
      } finally {
        open.delete(name);
        pipe.destroy();
      }
    },
    take(name, bytes) {
      const pipe = open.get(name);
      if (pipe) return pipe.receive(bytes);
      throw new UserError('no-such-pipe', 'This connection has ended.', { statusCode: 410 });
    },
  };
}

class LinkPipe extends Duplex {
  readonly #emit: (event: PipeEvent) => Promise<void>;
  /** Called when there is room for more. */
  readonly #waiting: (() => void)[] = [];

  constructor(emit: (event: PipeEvent) => Promise<void>) {
    super({ allowHalfOpen: false });
    this.#emit = emit;
    // Who uses the stream hears of its end by `close`.
    this.on('error', () => undefined);
  }

  receive(bytes: Uint8Array): Promise<void> {
    if (this.destroyed || this.push(bytes)) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  override _read(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  override _write(
    bytes: Uint8Array,
    _encoding: string,
    done: (error?: Error | null) => void,
  ): void {
    this.#emit({ bytes }).then(() => {
      done();
    }, done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this._read();
    done(error);
  }
}

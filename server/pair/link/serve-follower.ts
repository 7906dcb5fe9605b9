/** Answers another server that follows this one, over one connection. */
import type { TLSSocket } from 'node:tls';
import { untilAborted } from '../../seam/handlers.ts';
import type { Handlers } from '../../seam/handlers.ts';
import { createSeamServer } from '../../seam/seam-server.ts';
import type { Clock } from '../../shared/clock.ts';
import type { PairGrant } from '../link-protocol.ts';
import { guardHandlers } from '../pair-table.ts';
import type { PairTable } from '../pair-table.ts';
import type { SecretDigest } from '../pair.ts';
import { pairProtocol } from '../wire/greetings.ts';
import { createTokenBucket } from '../wire/token-bucket.ts';

const limits = {
  ...{ calls: 8, streams: 4, requestBytes: 256 * 1024 },
  ...{ requestFrameBytes: 64 * 1024, requestValues: 1_000 },
  ...{ roomBytes: 256 * 1024, outgoingBytes: 16 * 1024 * 1024 },
  ...{ helloMs: 5_000, startMs: 5_000 },
};
const questionsPerSecond = 20;
const mostQuestionsAtOnce = 60;

/** What answers need of the rest. */
export interface FollowerAnswers<Report> {
  describe: (digest: SecretDigest) => Report;
  subscribe: (listener: () => void) => () => void;
  /** undefined: the pairing has ended. */
  findGrant: () => PairGrant | undefined;
  renewKey: (renewal: { next: string; signature: string }) => Promise<void>;
  endPairing: () => Promise<void>;
  clock: Clock;
  onProblem: (what: string) => void;
}

/**
 * @param socket both sides are known to each other; who does not ask for `silenceMs` is gone
 * @param digest of this link
 */
export async function serveFollower<Report>(
  { socket, digest }: { socket: TLSSocket; digest: SecretDigest },
  table: PairTable<Report>,
  answers: FollowerAnswers<Report>,
  silenceMs: number,
): Promise<void> {
  const { clock } = answers;
  const bucket = createTokenBucket(questionsPerSecond, mostQuestionsAtOnce, clock);
  let number = 0;
  const describe = () => ({ number: ++number, report: answers.describe(digest) });
  const handlers: Handlers<PairTable<Report>> = {
    async report(_, emit, { signal }) {
      const stop = answers.subscribe(() => {
        emit(describe());
      });
      try {
        emit(describe());
        await untilAborted(signal);
      } finally {
        stop();
      }
    },
    beat: () =>
      Promise.resolve({
        ...describe(),
        grant: answers.findGrant() ?? 'see',
        wallMs: clock.wallMs(),
      }),
    async renewKey(renewal) {
      await answers.renewKey(renewal);
      return {};
    },
    async endPairing() {
      await answers.endPairing();
      return {};
    },
    mayChange: () => Promise.resolve({}),
  };
  const server = await createSeamServer({
    ...{ at: undefined, table, version: pairProtocol, limits },
    handlers: guardHandlers(table, handlers, {
      findGrant: answers.findGrant,
      hasRoom: () => bucket.take(),
    }),
    onProblem: (problem) => {
      answers.onProblem(problem.kind);
    },
  });
  socket.setTimeout(silenceMs, () => socket.destroy());
  server.accept(socket);
}

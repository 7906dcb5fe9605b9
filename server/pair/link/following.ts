/** Follows the report of another server over one connection. */
import type { TLSSocket } from 'node:tls';
import { createSeamClient } from '../../seam/seam-client.ts';
import type { SeamClient } from '../../seam/seam-client.ts';
import type { Clock } from '../../shared/clock.ts';
import { UserError } from '../../shared/errors.ts';
import type { PairGrant } from '../link-protocol.ts';
import type { PairTable } from '../pair-table.ts';
import type { PairedServerView, PairTiming } from '../pair.ts';
import { pairProtocol } from '../wire/greetings.ts';

/** What the other server told, and since when by this server's monotonic clock it is certain. */
export interface Heard<Report> {
  report: Report;
  /** It was so at this time or later. */
  certainAtMs: number;
  allows: PairGrant | undefined;
  clock: PairedServerView<Report>['clock'];
}

export interface Following<Report> {
  /** undefined: nothing was told yet. */
  heard(): Heard<Report> | undefined;
  client: SeamClient<PairTable<Report>>;
  /** Asks how it is now. */
  ask(): void;
  close(): void;
}

/** What a report takes is far below this. */
const limits = { answerFrameBytes: 4 * 1024 * 1024, answerValues: 100_000 };
/** Questions without an answer yet. */
const mostOpen = 3;

/**
 * Each answer to a question is as of a time after the question: so an age is never told younger than it
 * is, whatever held up the answer, and no two clocks are compared.
 * @param socket both sides are known to each other
 * @param onOpen questions are taken
 * @param onHeard there is news of the other
 * @param onProblem a sentence; undefined: what it tells is understood
 * @param onEnd the connection has ended
 */
export function followServer<Report>({
  socket,
  table,
  timing,
  clock,
  onOpen,
  onHeard,
  onProblem,
  onEnd,
}: {
  socket: TLSSocket;
  table: PairTable<Report>;
  timing: PairTiming;
  clock: Clock;
  onOpen: () => void;
  onHeard: () => void;
  onProblem: (problem: 'not-understood' | undefined) => void;
  onEnd: () => void;
}): Following<Report> {
  let heard: (Heard<Report> & { number: number }) | undefined;
  /** When the newest answered question was asked, and which report was the newest then. */
  let answered: { number: number; askedAtMs: number } | undefined;
  let open = 0;
  let beat: NodeJS.Timeout | undefined;
  let isOpen = false;
  const openedAtMs = clock.monotonicMs();

  const take = (number: number, report: Report, more: Partial<Heard<Report>>) => {
    const before = heard;
    const isNewer = !before || number >= before.number;
    const kept = isNewer ? { number, report } : { number: before.number, report: before.report };
    // The report that was the newest at a time, or was made after it, was true at that time or later.
    const certainAtMs =
      answered && kept.number >= answered.number ? answered.askedAtMs : openedAtMs;
    heard = {
      ...{ allows: undefined, clock: undefined },
      ...before,
      ...more,
      ...kept,
      certainAtMs: Math.max(certainAtMs, before?.certainAtMs ?? openedAtMs),
    };
    onProblem(undefined);
    onHeard();
  };
  const fail = (error: unknown) => {
    // It has ended, or is busy: the next question shows it.
    if (!(error instanceof UserError)) onProblem('not-understood');
  };
  const ask = async () => {
    if (!isOpen || open >= mostOpen) return;
    open += 1;
    const askedAtMs = clock.monotonicMs();
    try {
      const { number, report, grant, wallMs } = await client.call('beat', {});
      const tookMs = clock.monotonicMs() - askedAtMs;
      if (!answered || askedAtMs >= answered.askedAtMs) answered = { number, askedAtMs };
      take(number, report, {
        allows: grant,
        clock: {
          offsetMs: wallMs - (clock.wallMs() - tookMs / 2),
          uncertaintyMs: tookMs / 2,
        },
      });
    } catch (error) {
      fail(error);
    } finally {
      open -= 1;
    }
  };
  const client = createSeamClient({
    ...{ at: { socket }, table, version: pairProtocol, silenceMs: timing.silenceMs, limits },
    onState(state) {
      if (state !== 'connected') {
        isOpen = false;
        clearInterval(beat);
        onEnd();
        return;
      }
      isOpen = true;
      beat = setInterval(() => void ask(), timing.beatMs);
      client
        .subscribe('report', {}, ({ number, report }) => {
          const isNews = heard !== undefined;
          take(number, report, {});
          if (isNews) void ask();
        })
        .catch(fail);
      void ask();
      onOpen();
    },
  });

  return {
    heard: () => heard,
    client,
    ask: () => void ask(),
    close() {
      clearInterval(beat);
      client.close();
    },
  };
}

import type { Clock } from '../../shared/clock.ts';

/** A program that starts again has another run, and never again the one before. */
const mostRuns = 16;
/** One may be a greeting that was long on its way. */
const returnsOfACopy = 2;
/** Two that both live come back within seconds. */
const rememberedMs = 60_000;

export interface Sightings {
  note(run: string): void;
  /** Whether two machines at a time say that they are this server. */
  areTwo(): boolean;
  current(): string | undefined;
}

/** The runs that say they are one server: a run that comes back after another one lives beside it. */
export function createSightings(clock: Pick<Clock, 'monotonicMs'>): Sightings {
  let runs: string[] = [];
  let returnedAtMs: number[] = [];
  const forget = () => {
    const nowMs = clock.monotonicMs();
    returnedAtMs = returnedAtMs.filter((atMs) => nowMs - atMs < rememberedMs);
  };
  return {
    note(run) {
      if (runs[0] === run) return;
      if (runs.includes(run)) {
        forget();
        returnedAtMs = [...returnedAtMs, clock.monotonicMs()].slice(-returnsOfACopy);
      }
      runs = [run, ...runs.filter((other) => other !== run)].slice(0, mostRuns);
    },
    areTwo() {
      forget();
      return returnedAtMs.length >= returnsOfACopy;
    },
    current: () => runs[0],
  };
}

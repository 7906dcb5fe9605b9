/** The one code that this server shows: for ten minutes, for one use, for five wrong tries. */
import type { Clock } from '../../shared/clock.ts';
import type { PairGrant } from '../link-protocol.ts';
import type { PairView, ShownCode } from '../pair.ts';
import { makeCode } from './code.ts';

const lastsMs = 10 * 60_000;
const mostTries = 5;

export type TriedCode =
  | { outcome: 'right'; grant: PairGrant }
  | { outcome: 'wrong'; triesLeft: number }
  | { outcome: 'none' };

export interface CodeOnShow {
  show(grant: PairGrant): ShownCode;
  withdraw(): void;
  /** @param isRight whether what was sent fits a code. A right one ends the code. */
  attempt(isRight: (code: string) => boolean): TriedCode;
  view(): PairView<unknown>['code'];
  close(): void;
}

/** @param onChange `view` has news */
export function createCodeOnShow(clock: Clock, onChange: () => void): CodeOnShow {
  let shown: { code: string; grant: PairGrant; endsAtMs: number; triesLeft: number } | undefined;
  let timer: NodeJS.Timeout | undefined;

  const end = () => {
    clearTimeout(timer);
    if (!shown) return;
    shown = undefined;
    onChange();
  };
  const find = () => (shown && clock.monotonicMs() < shown.endsAtMs ? shown : undefined);

  return {
    show(grant) {
      const code = makeCode();
      clearTimeout(timer);
      timer = setTimeout(end, lastsMs);
      shown = { code, grant, endsAtMs: clock.monotonicMs() + lastsMs, triesLeft: mostTries };
      onChange();
      return { code, expiresAtMs: clock.wallMs() + lastsMs };
    },
    withdraw: end,
    attempt(isRight) {
      const current = find();
      if (!current) return { outcome: 'none' };
      if (isRight(current.code)) {
        end();
        return { outcome: 'right', grant: current.grant };
      }
      current.triesLeft -= 1;
      const { triesLeft } = current;
      if (triesLeft === 0) end();
      else onChange();
      return { outcome: 'wrong', triesLeft };
    },
    view() {
      const current = find();
      return (
        current && {
          expiresAtMs: clock.wallMs() + current.endsAtMs - clock.monotonicMs(),
          ...{ triesLeft: current.triesLeft, grant: current.grant },
        }
      );
    },
    close() {
      clearTimeout(timer);
      shown = undefined;
    },
  };
}

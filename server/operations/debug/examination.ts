import { setTimeout as sleep } from 'node:timers/promises';
import type { Appliance } from '../../appliance/appliance.ts';
import type { ConfigurationSummary } from '../../keepalived/config/questions.ts';
import type { DiagnosisInput } from '../../keepalived/diagnosis/input.ts';
import type { LogLine } from '../../keepalived/runtime/log/log-lines.ts';
import type { Clock } from '../../shared/clock.ts';
import type { StateKeeper } from '../../state/state-keeper.ts';
import { startListening } from './listening.ts';
import type { Listening } from './listening.ts';
import { askAddresses, askMachine, findListeningPlaces, readOwnPasswords } from './questions.ts';
import type { Answers } from './questions.ts';

/** What one examination has found out so far. */
export interface Examination {
  startedAtMs: number;
  /** By then it is over, unless it is ended before; wall clock. */
  endsAtMs: number;
  isOver(): boolean;
  /** To be judged together with what the witnesses say. */
  findings(): Pick<DiagnosisInput, 'heard' | 'log'> & Answers;
  /** Why nothing was heard on an interface, as the end of a sentence. */
  problems(): ReadonlyMap<string, string>;
  findPcap(interfaceName: string): Buffer | undefined;
  /** Rejects if it could not be carried to its end. */
  ended: Promise<void>;
  /** Ends it before its time; never rejects. */
  close(): Promise<void>;
}

/** What keepalived logged before the examination and still explains what is heard. */
const logBeforeMs = 10 * 60_000;
const logLines = 500;
/** Asking for the addresses takes two seconds; by its end the master has been heard. */
const addressesBeforeEndMs = 3_000;

/**
 * Listens for some seconds on the interfaces of a configuration, asks the machine at the same time, and
 * at the end has the witnesses speak again, so that all is of the same moment.
 */
export function startExamination({
  appliance,
  keeper,
  clock,
  summary,
  seconds,
  onChange,
}: {
  appliance: Appliance;
  keeper: Pick<StateKeeper, 'refresh'>;
  clock: Clock;
  summary: ConfigurationSummary;
  seconds: number;
  onChange: () => void;
}): Examination {
  const startedAtMs = clock.wallMs();
  let answers: Answers = {};
  let log: readonly LogLine[] = [];
  let listening: Listening | undefined;
  let isOver = false;
  const closing = new AbortController();
  const isClosed = () => closing.signal.aborted;

  const note = (news: Answers) => {
    answers = { ...answers, ...news };
    onChange();
  };
  const readLog = async () => {
    const page = await appliance.readLog({ limit: logLines, fromMs: startedAtMs - logBeforeMs });
    log = page.ok ? page.lines.toReversed() : [];
  };
  const askLate = async () => {
    await waitUntil(seconds * 1000 - addressesBeforeEndMs, closing.signal);
    if (isClosed()) return;
    const addressesAskedAtMs = clock.wallMs();
    note({ ...(await askAddresses(appliance, summary)), addressesAskedAtMs });
  };
  const run = async () => {
    const network = await appliance.readNetwork();
    const passwords = await readOwnPasswords(appliance, summary, network);
    if (isClosed()) return;
    const plan = { interfaces: findListeningPlaces(summary, network), passwords, seconds };
    listening = startListening({ appliance, clock, plan, onHeard: onChange });
    const asking = askMachine(appliance, summary).then(note);
    const answered = Promise.all([listening.ended, asking, readLog(), askLate()]);
    try {
      // A script that hangs keeps nobody from leaving.
      await Promise.race([answered, aborted(closing.signal)]);
    } finally {
      closing.abort();
      await listening.close();
    }
    await Promise.all([keeper.refresh(), readLog()]);
  };
  const ended = run().finally(() => {
    isOver = true;
    onChange();
  });

  return {
    startedAtMs,
    endsAtMs: startedAtMs + seconds * 1000,
    isOver: () => isOver,
    findings: () => ({ ...answers, log, heard: listening?.heard() }),
    problems: () => listening?.problems() ?? new Map<string, string>(),
    findPcap: (interfaceName) => listening?.findPcap(interfaceName),
    ended,
    async close() {
      closing.abort();
      await ended.catch(() => undefined);
    },
  };
}

/** Resolves after this time, or at once when it is no longer waited for. */
async function waitUntil(delayMs: number, signal: AbortSignal): Promise<void> {
  await sleep(Math.max(0, delayMs), undefined, { signal }).catch(() => undefined);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => {
      resolve();
    });
  });
}

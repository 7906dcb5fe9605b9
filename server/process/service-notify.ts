/**
 * Tells systemd how this process is (`Type=notify`, sd_notify(3)): ready, who serves, alive, stopping.
 * Node.js has no datagram socket for AF_UNIX, so systemd-notify(1) sends, which is wherever
 * NOTIFY_SOCKET is: one command each half of `WatchdogSec=` and for each news, some milliseconds each.
 */
import { execFile } from 'node:child_process';

type Environment = Record<string, string | undefined>;

export interface ServiceNotify {
  /** The page answers: from now on systemd is told that this process is alive, as long as it is well. */
  ready: () => Promise<void>;
  /** What `describe` says may be something else now; systemd is told within seconds. */
  noteChange: () => void;
  /** An orderly end begins. */
  stopping: () => Promise<void>;
}

/** However often things change, systemd is not told more often. */
const minIntervalMs = 5_000;
const retryMs = 1_000;
const sendLimitMs = 10_000;
/** systemctl shows one line. */
const maximumLength = 300;

/**
 * Without NOTIFY_SOCKET nothing is done, and nothing wakes up.
 * @param environment what this process was started with: NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID
 * @param findIllness why this process does not do its work any more, a sentence; undefined: it is well.
 *   Asked by the main loop, so that one that hangs says nothing; systemd then restarts the service
 * @param describe one line, of what is proved now
 * @param onProblem told once of each way in which systemd cannot be told
 */
export function createServiceNotify({
  environment,
  findIllness,
  describe,
  onProblem,
}: {
  environment: Environment;
  findIllness: () => string | undefined;
  describe: () => string;
  onProblem: (error: Error) => void;
}): ServiceNotify {
  const { NOTIFY_SOCKET: socket } = environment;
  if (socket === undefined || socket === '') return silent;
  const watchdogMs = findWatchdogMs(environment);
  let timer: NodeJS.Timeout | undefined;
  let isReady = false;
  let toldWords: string | undefined;
  let lastProblem = '';
  let sending: Promise<unknown> = Promise.resolve();

  const report = (message: string) => {
    if (message !== lastProblem) onProblem(new Error(message));
    lastProblem = message;
  };
  /** In order: an earlier word must not replace a later one. */
  const send = (...assignments: string[]): Promise<boolean> => {
    const sent = sending.then(() => runNotify(socket, assignments));
    sending = sent;
    return sent.then((problem) => {
      if (problem === undefined) lastProblem = '';
      else report(`systemd cannot be told how this program is: ${problem}`);
      return problem === undefined;
    });
  };
  /** What was proved is only as good as its time: it stays in sight after the process is gone. */
  const tell = (words: string, ...assignments: string[]) => {
    toldWords = words;
    const line = words.replace(/\s+/g, ' ').slice(0, maximumLength);
    const time = new Date().toISOString().slice(11, 19);
    return send(...assignments, `STATUS=${line} (seen at ${time} UTC)`);
  };
  const beAfter = (delayMs: number, act: () => void) => {
    clearTimeout(timer);
    timer = setTimeout(act, delayMs).unref();
  };
  const ping = async () => {
    if (watchdogMs === undefined) return;
    const illness = findIllness();
    if (illness !== undefined) report(illness);
    const words = illness ?? describe();
    const isTold = await tell(words, ...(illness === undefined ? ['WATCHDOG=1'] : []));
    if (isReady) beAfter(isTold ? watchdogMs / 2 : retryMs, () => void ping());
  };
  let changeTimer: NodeJS.Timeout | undefined;
  const tellChange = () => {
    changeTimer = undefined;
    const words = describe();
    if (isReady && words !== toldWords) void tell(words);
  };

  return {
    async ready() {
      isReady = true;
      await tell(describe(), 'READY=1');
      await ping();
    },
    noteChange() {
      if (isReady) changeTimer ??= setTimeout(tellChange, minIntervalMs).unref();
    },
    async stopping() {
      isReady = false;
      clearTimeout(timer);
      clearTimeout(changeTimer);
      await send('STOPPING=1', 'STATUS=ending');
    },
  };
}

const silent: ServiceNotify = {
  ready: () => Promise.resolve(),
  noteChange: () => undefined,
  stopping: () => Promise.resolve(),
};

/** @returns WatchdogSec= in ms; undefined: it is off, or meant for another process */
function findWatchdogMs({ WATCHDOG_USEC, WATCHDOG_PID }: Environment): number | undefined {
  const usec = Number(WATCHDOG_USEC);
  const isOurs = WATCHDOG_PID === undefined || Number(WATCHDOG_PID) === process.pid;
  return isOurs && usec > 0 ? usec / 1000 : undefined;
}

/** @returns why it failed; undefined: systemd has it (the command waits for that since systemd 246) */
function runNotify(socket: string, assignments: string[]): Promise<string | undefined> {
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C', NOTIFY_SOCKET: socket };
  return new Promise((resolve) => {
    const limits = { timeout: sendLimitMs, killSignal: 'SIGKILL' } as const;
    const options = { env, cwd: '/', ...limits };
    execFile('systemd-notify', assignments, options, (error, _stdout, stderr) => {
      resolve(error === null ? undefined : stderr.trim() || error.message);
    });
  });
}

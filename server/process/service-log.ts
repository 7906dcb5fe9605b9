/** Where this program's own log goes: standard error, with journald's priorities where that is journald. */
import { fstatSync } from 'node:fs';

/** Of syslog(3), which sd-daemon(3) takes as `<N>` at the beginning of a line. */
const priorities = { fatal: 2, error: 3, warning: 4, info: 6, debug: 7 } as const;
export type Severity = keyof typeof priorities;

export interface ServiceLog {
  /** One line of JSON, as pino writes it. */
  write: (line: string) => void;
  /** Sentences for people, a line each. */
  say: (severity: Severity, text: string) => void;
}

/**
 * @param stream standard error
 * @param environment JOURNAL_STREAM says which file is journald's (systemd.exec(5))
 */
export function openServiceLog(
  stream: { fd: number; write: (text: string) => unknown },
  { JOURNAL_STREAM }: Record<string, string | undefined>,
): ServiceLog {
  const isJournal = JOURNAL_STREAM !== undefined && JOURNAL_STREAM === identify(stream.fd);
  const mark = (severity: Severity) => (isJournal ? `<${priorities[severity]}>` : '');
  return {
    write(line) {
      stream.write(`${mark(findSeverity(line))}${line}`);
    },
    say(severity, text) {
      const lines = text.split('\n').map((line) => `${mark(severity)}${line}\n`);
      stream.write(lines.join(''));
    },
  };
}

/** The other side of a redirection may be something else than what the environment speaks of. */
function identify(fd: number): string | undefined {
  try {
    const { dev, ino } = fstatSync(fd, { bigint: true });
    return `${dev}:${ino}`;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Standard error is closed: nobody reads.
    if (code === 'EBADF') return undefined;
    throw error;
  }
}

/**
 * The level is what pino writes first; its numbers are 10 (trace) to 60 (fatal).
 * @param otherwise of a line that is not pino's
 */
export function findSeverity(line: string, otherwise: Severity = 'info'): Severity {
  const digits = /^\{"level":(\d+)/.exec(line)?.[1];
  if (digits === undefined) return otherwise;
  const level = Number(digits);
  if (level >= 60) return 'fatal';
  if (level >= 50) return 'error';
  if (level >= 40) return 'warning';
  return level >= 30 ? 'info' : 'debug';
}

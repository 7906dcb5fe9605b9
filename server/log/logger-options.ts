import { escapeInvisible } from './escape-invisible.ts';
import type { LogLimit } from './log-limit.ts';

export interface LogDestination {
  write(line: string): unknown;
}

/** What the log reads of a line that it is given, whoever gives it. */
interface LineFacts {
  remoteAddress?: unknown;
  /** What users did, and sums, are written whatever else is. */
  isAlwaysWritten?: unknown;
}

/**
 * Options of our own log: one JSON object a line, nothing secret, and nothing that a terminal or a
 * log viewer would act on. Of a flood of like lines only the first are written, see `LogLimit`.
 */
export function createLoggerOptions(destination: LogDestination, limit: LogLimit) {
  return {
    hooks: {
      logMethod(
        this: unknown,
        words: [unknown, ...unknown[]],
        write: (...words: [unknown, ...unknown[]]) => void,
      ) {
        const [first, message = first] = words;
        const facts: LineFacts = typeof first === 'object' && first !== null ? first : {};
        const { remoteAddress, isAlwaysWritten } = facts;
        const kind = typeof message === 'string' ? message : 'other';
        const address = typeof remoteAddress === 'string' ? remoteAddress : undefined;
        if (isAlwaysWritten === true || limit.admit(kind, address)) write.apply(this, words);
      },
    },
    level: 'info',
    stream: { write: (line: string) => destination.write(escapeInvisible(line)) },
    redact: ['password', '_csrf', 'headers.cookie', 'headers.authorization'].flatMap((path) => [
      path,
      `*.${path}`,
    ]),
    serializers: {
      // Without the stack, a UserError's cause could carry what a command printed.
      err: (error: Error) => ({
        type: error.name,
        message: error.message,
        stack: error.stack ?? '',
      }),
    },
  };
}

/** Says how many lines of each kind were not written since the last time. */
export function logWithheld(
  log: { info(facts: object, message: string): void },
  limit: LogLimit,
): void {
  for (const { message, ...numbers } of limit.takeWithheld()) {
    log.info({ of: message, ...numbers, isAlwaysWritten: true }, 'more of these were not written');
  }
}

/** What could not be looked at; whether it is there is not known. The message has no full stop. */
export class UnseenError extends Error {
  /** The system's code, where it had one. */
  readonly code: string | undefined;

  constructor(message: string, code?: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Only these say that something is not there: a process may end while it is read (ESRCH), and below a
 * file there is nothing (ENOTDIR).
 */
const absenceCodes = new Set(['ENOENT', 'ESRCH', 'ENOTDIR']);

const reasons = new Map([
  ['EACCES', 'permission denied: run this program as root, with the capability CAP_SYS_PTRACE'],
  ['EPERM', 'permission denied: run this program as root, with the capability CAP_SYS_PTRACE'],
  ['EMFILE', 'this program has no file descriptor left (EMFILE)'],
  ['ENFILE', 'this server has no file descriptor left (ENFILE)'],
  ['ENOMEM', 'this server has no memory left (ENOMEM)'],
  ['EAGAIN', 'this server can start no further process (EAGAIN)'],
  ['EIO', 'the disk reports an error (EIO)'],
  ['ETIMEDOUT', 'the file system did not answer (ETIMEDOUT)'],
  ['ESTALE', 'the network file system has lost it (ESTALE)'],
]);

/** Why something could not be done, by the system's code; without a full stop. */
export const explainCode = (code: string): string => reasons.get(code) ?? code;

/** Whether the system's code of an error says that something is not there. */
export const isAbsent = (error: unknown): boolean =>
  absenceCodes.has((error as NodeJS.ErrnoException | undefined)?.code ?? '');

/**
 * Reads what may be absent.
 * @param what names it, as the begin of a sentence
 * @returns undefined if it is not there
 * @throws {UnseenError} if it can’t tell
 */
export async function undefinedIfAbsent<Value>(
  what: string,
  read: () => Value | Promise<Value>,
): Promise<Value | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof UnseenError) throw error;
    if (isAbsent(error)) return undefined;
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new UnseenError(`${what} cannot be looked at: ${explainCode(code)}`, code);
  }
}

/** For a promise's `catch`: this value where something could not be looked at. */
export function useIfUnseen<Value>(value: Value): (error: unknown) => Value {
  return (error) => {
    if (error instanceof UnseenError) return value;
    throw error;
  };
}

/**
 * For a promise's `catch` where the failure changes nothing: what is cleaned up, a wait that is ended,
 * a failure that another one who waits is told of. Never for a look at the machine.
 */
export const ignoreFailure = (): undefined => undefined;

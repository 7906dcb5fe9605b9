/** What could not be looked at; whether it is there is not known. The message has no full stop. */
export class UnseenError extends Error {}

/** Only these say that something is not there (a process may end while it is read: ESRCH). */
const absenceCodes = new Set(['ENOENT', 'ESRCH']);

const reasons = new Map([
  ['EACCES', 'permission denied: run this program as root, with the capability CAP_SYS_PTRACE'],
  ['EPERM', 'permission denied: run this program as root, with the capability CAP_SYS_PTRACE'],
  ['EMFILE', 'this program has no file descriptor left (EMFILE)'],
  ['ENFILE', 'this server has no file descriptor left (ENFILE)'],
]);

/**
 * Reads what may be absent.
 * @param what names it, as the begin of a sentence
 * @returns undefined if it is not there
 * @throws {UnseenError} if that cannot be told
 */
export async function unlessAbsent<Value>(
  what: string,
  read: () => Promise<Value>,
): Promise<Value | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof UnseenError) throw error;
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    if (absenceCodes.has(code)) return undefined;
    throw new UnseenError(`${what} cannot be looked at: ${reasons.get(code) ?? code}`);
  }
}

/** For a promise's `catch`: this value where something could not be looked at. */
export function ofUnseen<Value>(value: Value): (error: unknown) => Value {
  return (error) => {
    if (error instanceof UnseenError) return value;
    throw error;
  };
}

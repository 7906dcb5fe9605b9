/** The system's name of an error (`ENOSPC`), if it is one of the system's. */
export function errorCode(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

/** The system's code of an error (`ENOSPC`), or `UNKNOWN`. */
export function errorCode(error: unknown): string {
  return (error as NodeJS.ErrnoException | undefined)?.code ?? 'UNKNOWN';
}

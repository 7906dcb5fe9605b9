/** What this program can’t do for want of rights, as a sentence; undefined: it runs as root. */
export function findMissingRights(): string | undefined {
  if (process.geteuid?.() === 0) return undefined;
  return 'This program does not run as root: it can’t ask, start, stop or reload keepalived, nor change its files. Run it as root.';
}

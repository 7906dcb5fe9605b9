import { ProgramOptionsError } from '../program-options.ts';
import type { ProgramOptions } from '../program-options.ts';
import { UserError } from '../shared/errors.ts';

/** The address as it is given in WAI_LISTEN. */
export function formatListen(listen: ProgramOptions['listen']): string {
  if ('path' in listen) return `unix:${listen.path}`;
  return listen.host.includes(':')
    ? `[${listen.host}]:${listen.port}`
    : `${listen.host}:${listen.port}`;
}

/** The one line that ends a start that failed: what is wrong, and what to do. */
export function explainStartFailure(
  error: unknown,
  listen: ProgramOptions['listen'] | undefined,
): string {
  if (error instanceof ProgramOptionsError || error instanceof UserError) return error.message;
  const { code, syscall, path, message } = error as NodeJS.ErrnoException;
  if (syscall === 'listen' && listen) return explainListenFailure(code, formatListen(listen));
  if ((code === 'EACCES' || code === 'EPERM' || code === 'EROFS') && path !== undefined) {
    return `${path} cannot be written (${code}). Run as root, or set WAI_STATE_DIR.`;
  }
  return `Unexpected: ${message}`;
}

function explainListenFailure(code: string | undefined, listen: string): string {
  if (code === 'EADDRINUSE') {
    return `${listen} is already in use by another program. Stop it, or set WAI_LISTEN.`;
  }
  if (code === 'EADDRNOTAVAIL') {
    return `${listen} is not an address of this machine. Set WAI_LISTEN to one, or to 0.0.0.0:PORT for all.`;
  }
  if (code === 'EACCES') {
    return `Listening on ${listen} is not allowed (EACCES). Run as root, or set WAI_LISTEN. Where systemd runs the page, “systemctl cat keepalived-wai” says how it gets a port below 1024, and where a socket may be.`;
  }
  return `Listening on ${listen} failed (${code ?? 'no reason given'}). Run as root, or set WAI_LISTEN.`;
}

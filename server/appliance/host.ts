import { hostname } from 'node:os';
import { runCommand } from './commands/run-command.ts';

/** The machine's short host name (what `hostname -s` prints): it may change while we run. */
export function readHostName(): string {
  const full = hostname();
  return full.split('.', 1)[0] ?? full;
}

/** A silent name server takes 5 s at least; a slow machine takes less for one that answers. */
const answerLimitMs = 3_000;

/**
 * Whether the look-up of this server's own name, as keepalived does it (uname and getaddrinfo), ends
 * in a moment, found or not.
 */
export async function isOwnNameAnswered(): Promise<boolean> {
  const lookUp = ['ahosts', '--', hostname()];
  const { kind } = await runCommand('getent', lookUp, { timeoutMs: answerLimitMs });
  return kind !== 'timedOut';
}

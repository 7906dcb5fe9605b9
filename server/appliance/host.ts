import { hostname } from 'node:os';
import type { NameAnswer } from './appliance.ts';
import { explainNoAnswer } from './commands/command-report.ts';
import { runCommand } from './commands/run-command.ts';

/** A silent name server takes 5 s at least; a slow machine takes less for one that answers. */
const answerLimitMs = 3_000;

/**
 * Whether the look-up of this server's own name, as keepalived does it (uname and getaddrinfo), ends
 * in a moment, found or not.
 */
export async function lookUpOwnName(): Promise<NameAnswer> {
  const lookUp = ['ahosts', '--', hostname()];
  const result = await runCommand('getent', lookUp, { timeoutMs: answerLimitMs });
  if (result.kind === 'timedOut') return { kind: 'silent' };
  const isAnswered = result.kind === 'ok' || result.exitCode === notFoundCode;
  return isAnswered ? { kind: 'answered' } : { kind: 'unseen', reason: explainNoAnswer(result) };
}

/** Of getent(1): the name is not in the database. */
const notFoundCode = 2;

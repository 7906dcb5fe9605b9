import { constants } from 'node:os';
import { stripVTControlCharacters } from 'node:util';
import type { CommandReport } from '../appliance.ts';
import type { CommandResult } from './run-command.ts';

/** Errors stand at the end, so the end is what is kept. */
const maxOutputCharacters = 8000;

/** What a command did, as it is shown to the user. */
export function reportCommand(result: CommandResult): CommandReport {
  const { command, kind, exitCode, stdout, stderr } = result;
  return { command, result: kind, exitCode, output: joinOutput(stdout, stderr) };
}

/** Puts outputs below each other, without colours and empty lines, bounded. */
export function joinOutput(...texts: string[]): string {
  return stripVTControlCharacters(texts.join('\n'))
    .split('\n')
    .filter((line) => line.trim() !== '')
    .join('\n')
    .trim()
    .slice(-maxOutputCharacters);
}

/**
 * Why a command brought no answer that can be used, as a sentence: what it printed, or how it ended.
 * Of one that was killed or stopped half-way nothing that it printed counts.
 * @param timeoutMs its time limit
 */
export function explainNoAnswer(result: CommandResult, timeoutMs?: number): string {
  const { command, kind, exitCode, stdout, stderr } = result;
  const [program = ''] = command.split(' ');
  switch (kind) {
    case 'notFound':
      return `The program \`${program}\` is missing.`;
    case 'notStarted':
      return `\`${program}\` could not be started: ${stderr}.`;
    case 'timedOut':
      return `\`${command}\` did not answer${timeoutMs === undefined ? '' : ` within ${timeoutMs / 1000} s`}.`;
    case 'ok':
      return `\`${command}\` printed output that this program does not understand.`;
    case 'exited': {
      const signal = findSignal(exitCode);
      if (signal !== undefined) return `\`${command}\` was ended by ${signal}.`;
      const said = joinOutput(stdout, stderr);
      return `\`${command}\` failed${said === '' ? ` with exit code ${exitCode}.` : `: ${said}`}`;
    }
  }
}

/** The signal that ended a command, by its exit code, which shells and we make 128 + its number. */
export function findSignal(exitCode: number | undefined): string | undefined {
  if (exitCode === undefined || exitCode <= 128) return undefined;
  return Object.entries(constants.signals).find(([, number]) => number === exitCode - 128)?.[0];
}

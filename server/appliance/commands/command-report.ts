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

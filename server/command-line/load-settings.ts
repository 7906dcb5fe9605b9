import {
  defaultFilePath,
  parseProgramOptions,
  ProgramOptionsError,
  settingsFilePath,
} from '../program-options.ts';
import type { ProgramOptions } from '../program-options.ts';
import { readSettingsFile } from './settings-file.ts';
import type { SettingLine } from './settings-file.ts';

type Environment = Record<string, string | undefined>;

/** What the program is told from outside. */
export interface Settings {
  options: ProgramOptions;
  /** The variables that `options` were read from, for a process that this one starts. */
  environment: Environment;
}

/**
 * The settings of the program: those of the environment, then those of the files, as the units read
 * them. systemd has put the files' lines into the environment of what it started, so that they are not
 * read again there.
 * @param paths of the files; the last one counts most
 * @throws {ProgramOptionsError} a setting that is wrong, with the file's line if it stands there
 * @throws {UserError} `settings-unreadable`
 */
export async function loadSettings(
  environment: Environment,
  paths: readonly string[] = [settingsFilePath, defaultFilePath],
): Promise<Settings> {
  const lines = new Map<string, SettingLine>();
  for (const path of isStartedBySystemd(environment) ? [] : paths) {
    for (const [name, line] of await readSettingsFile(path)) lines.set(name, line);
  }
  const fromFiles = [...lines].map(([name, { value }]) => [name, value] as const);
  const merged: Environment = { ...Object.fromEntries(fromFiles), ...environment };
  try {
    return { options: parseProgramOptions(merged), environment: merged };
  } catch (error) {
    if (!(error instanceof ProgramOptionsError)) throw error;
    const { variable = '' } = error;
    const found = environment[variable] === undefined ? lines.get(variable) : undefined;
    if (!found) throw error;
    throw new ProgramOptionsError(`${found.place}: ${error.message}`, variable);
  }
}

/** Of this very process: what a service starts has its variables, too (systemd.exec(5)). */
function isStartedBySystemd(environment: Environment): boolean {
  return environment['SYSTEMD_EXEC_PID'] === String(process.pid);
}

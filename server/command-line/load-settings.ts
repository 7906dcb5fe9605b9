import { parseProgramOptions, ProgramOptionsError, settingsFilePath } from '../program-options.ts';
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
 * The settings of the program: those of the environment, then those of the file. systemd has put the
 * file's lines into the environment of what it started, so that the file is not read again there.
 * @param path of the file
 * @throws {ProgramOptionsError} a setting that is wrong, with the file's line if it stands there
 * @throws {UserError} `settings-unreadable`
 */
export async function loadSettings(
  environment: Environment,
  path = settingsFilePath,
): Promise<Settings> {
  const lines = isStartedBySystemd(environment)
    ? new Map<string, SettingLine>()
    : await readSettingsFile(path);
  const fromFile = [...lines].map(([name, { value }]) => [name, value] as const);
  const merged: Environment = { ...Object.fromEntries(fromFile), ...environment };
  try {
    return { options: parseProgramOptions(merged), environment: merged };
  } catch (error) {
    if (!(error instanceof ProgramOptionsError)) throw error;
    const { variable = '' } = error;
    const found = environment[variable] === undefined ? lines.get(variable) : undefined;
    if (!found) throw error;
    throw new ProgramOptionsError(`${path}, line ${found.line}: ${error.message}`, variable);
  }
}

/** Of this very process: what a service starts has its variables, too (systemd.exec(5)). */
function isStartedBySystemd(environment: Environment): boolean {
  return environment['SYSTEMD_EXEC_PID'] === String(process.pid);
}

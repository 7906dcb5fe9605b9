import { readFile } from 'node:fs/promises';
import { ProgramOptionsError } from '../program-options.ts';
import { errorCode } from '../shared/error-code.ts';
import { UserError } from '../shared/errors.ts';

/** A setting as its line says it. */
export interface SettingLine {
  value: string;
  /** The file and the line in it (1-based), for an error. */
  place: string;
}

/**
 * Reads `NAME=value` lines as systemd reads an `EnvironmentFile=` (systemd.exec(5)): empty lines and
 * those that begin with # or ; are comments, a value may stand in quotes, the last line of a name
 * counts. What systemd or a shell would read in another way (backslashes, quotes within a value) is
 * refused.
 * @param path is named in the errors
 * @throws {ProgramOptionsError} naming file and line
 */
export function parseSettingsFile(text: string, path: string): Map<string, SettingLine> {
  const settings = new Map<string, SettingLine>();
  text.split('\n').forEach((raw, index) => {
    const line = raw.trim();
    if (line === '' || line.startsWith('#') || line.startsWith(';')) return;
    const place = `${path}, line ${index + 1}`;
    const [, name, rest = ''] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line) ?? [];
    // The line itself is not repeated: it may hold a secret.
    if (name === undefined) {
      throw new ProgramOptionsError(`${place} is not NAME=value. Correct it, or put # before it.`);
    }
    const value = unquote(rest.trim());
    if (value === undefined) {
      throw new ProgramOptionsError(
        `${place}: the value of ${name} has a quote or a backslash within it. Write it without, or all of it in one pair of quotes.`,
      );
    }
    settings.set(name, { value, place });
  });
  return settings;
}

/** @returns undefined: it would be read differently elsewhere */
function unquote(text: string): string | undefined {
  const quoted = /^(["'])([^"'\\]*)\1$/.exec(text)?.[2];
  if (quoted !== undefined) return quoted;
  return /["'\\]/.test(text) ? undefined : text;
}

/**
 * The settings of a file; none if there is no such file.
 * @throws {ProgramOptionsError} see `parseSettingsFile`
 * @throws {UserError} `settings-unreadable`
 */
export async function readSettingsFile(path: string): Promise<Map<string, SettingLine>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const code = errorCode(cause);
    if (code === 'ENOENT') return new Map();
    const message = `The settings in ${path} cannot be read (${code}). Run as root: sudo keepalived-wai …`;
    throw new UserError('settings-unreadable', message, { cause });
  }
  return parseSettingsFile(text, path);
}

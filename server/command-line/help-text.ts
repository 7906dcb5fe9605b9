import { defaultFilePath, settingsFilePath } from '../program-options.ts';
import { version } from '../shared/version.ts';
import { commonExitStatus, formatUsage, listSubcommands, subcommands } from './subcommands.ts';
import type { Subcommand, SubcommandName } from './subcommands.ts';

const lineWidth = 78;

/** `keepalived-wai --help`: each subcommand in a line. */
export function describeAll(): string {
  const rows = listSubcommands().map(({ name, summary }) => [name, summary] as const);
  return [
    `keepalived-wai ${version}: a web administration page for keepalived`,
    '',
    'Usage: keepalived-wai [SUBCOMMAND]',
    '',
    ...alignRows([
      ...rows,
      ['--version', 'print the version'],
      ['--help', 'print this; behind a subcommand: what it does'],
    ]),
    '',
    ...wrap(settingsNote),
  ].join('\n');
}

/** `keepalived-wai SUBCOMMAND --help`. */
export function describeSubcommand(name: SubcommandName): string {
  const row: Subcommand = subcommands[name];
  const options = row.options.map((option) => [option.name, option.summary] as const);
  return [
    `Usage: ${formatUsage(name)}`,
    '',
    ...row.description.flatMap((paragraph) => [...wrap(paragraph), '']),
    ...(options.length === 0 ? [] : ['Options:', ...alignRows(options), '']),
    'Exit status:',
    ...alignRows(listExitStatus(row).map(([status, meaning]) => [String(status), meaning])),
  ].join('\n');
}

/** What a subcommand may end with: its own meanings, and those of all that it has no own for. */
export function listExitStatus({ exitStatus }: Subcommand): Subcommand['exitStatus'] {
  const own = new Set(exitStatus.map(([status]) => status));
  const common = commonExitStatus.filter(([status]) => !own.has(status));
  return [...exitStatus, ...common].toSorted(([one], [other]) => one - other);
}

/** Where the settings come from, and which of two counts. */
export const settingsNote = `The settings are WAI_ variables, in ${settingsFilePath} or ${defaultFilePath}, one NAME=value on a line, or in the environment. The environment counts most, then the second file. The manual page keepalived-wai(8) lists them.`;

function alignRows(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([first]) => first.length)) + 4;
  return rows.flatMap(([first, text]) =>
    wrap(text, lineWidth - width).map(
      (line, index) => `${(index === 0 ? `  ${first}` : '').padEnd(width)}${line}`,
    ),
  );
}

/** Text in lines of at most so many characters, broken between words. */
function wrap(text: string, width = lineWidth): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length > width && line !== '') {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}

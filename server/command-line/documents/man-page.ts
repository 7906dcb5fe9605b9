/** The manual page keepalived-wai(8), in roff for the man macros (groff_man(7)). */
import { defaultFilePath, settingsFilePath } from '../../program-options.ts';
import { version } from '../../shared/version.ts';
import { commonExitStatus, formatUsage, listSubcommands } from '../subcommands.ts';
import type { Subcommand } from '../subcommands.ts';

/** A row of the README's table of settings; its words may have marks of Markdown. */
export interface SettingRow {
  names: readonly string[];
  default: string;
  meaning: string;
}

/** @param settings all of them, in the order in which they are printed */
export function formatManPage(settings: readonly SettingRow[]): string {
  const lines = [
    `.TH KEEPALIVED\\-WAI 8 "" "keepalived\\-wai ${escape(version)}" "System Administration"`,
    ...section('NAME', ['keepalived\\-wai \\- web administration page for keepalived']),
    ...section('SYNOPSIS', synopsis()),
    ...section('DESCRIPTION', [
      text(
        'A web page, on the machine itself, from which an administrator sets up, watches, repairs and operates a keepalived (VRRP) high-availability pair. The command runs it, and does in a shell what must work while the page is down.',
      ),
    ]),
    ...section('SUBCOMMANDS', listSubcommands().flatMap(describeSubcommand)),
    ...section('SETTINGS', [
      text(
        `The settings are variables of the environment, or lines NAME=value in ${settingsFilePath} and ${defaultFilePath}, which the service manager puts into the environment and the command reads itself. The environment counts most, then the second file. A value in a file may stand in one pair of quotes; a line that begins with # or ; is a comment. A name, a value or a line that is not known ends the command with exit status 78.`,
      ),
      ...settings.flatMap(describeSetting),
    ]),
    ...section('EXIT STATUS', [
      text('Those of all subcommands; what a subcommand adds stands there.'),
      ...describeExitStatus(commonExitStatus),
    ]),
    ...section('FILES', [
      ...item(settingsFilePath, 'The settings.'),
      ...item(defaultFilePath, 'Settings too, read after that file.'),
      ...item(
        '/var/lib/keepalived-wai',
        'The state: accounts, certificate, versions of the configuration, history of failovers. For root only.',
      ),
    ]),
    ...section('SEE ALSO', ['.BR keepalived (8),', '.BR keepalived.conf (5)']),
  ];
  return `${lines.join('\n')}\n`;
}

const section = (title: string, lines: readonly string[]): string[] => [`.SH ${title}`, ...lines];

function synopsis(): string[] {
  const usages = [
    ...listSubcommands().map(({ name }) => formatUsage(name)),
    'keepalived-wai --help',
    'keepalived-wai --version',
  ];
  return usages.flatMap((usage, index) => [...(index === 0 ? [] : ['.br']), formatTyped(usage)]);
}

function describeSubcommand({
  name,
  summary,
  description,
  options,
  exitStatus,
}: ReturnType<typeof listSubcommands>[number]): string[] {
  return [
    `.SS ${escape(formatUsage(name).replace('keepalived-wai ', ''))}`,
    text(asSentence(summary)),
    ...description.flatMap((paragraph) => ['.PP', text(paragraph)]),
    ...options.flatMap((option) => item(option.name, asSentence(option.summary))),
    ...(exitStatus.length === 0 ? [] : ['.PP', 'Exit status:']),
    ...describeExitStatus(exitStatus),
  ];
}

const describeExitStatus = (rows: Subcommand['exitStatus']): string[] =>
  rows.flatMap(([status, meaning]) => item(String(status), meaning));

function describeSetting({ names, default: standard, meaning }: SettingRow): string[] {
  const unset = standard === '' ? '' : ` Default: ${standard}.`;
  return item(names.join(', '), `${asSentence(meaning)}${unset}`);
}

const asSentence = (words: string): string =>
  `${words.charAt(0).toUpperCase()}${words.slice(1)}${/[.!?]$/.test(words) ? '' : '.'}`;

/** A term in bold, and what it means, indented. */
const item = (term: string, meaning: string): string[] => [
  '.TP',
  `.B ${escape(term)}`,
  text(meaning),
];

/** A command as it is typed: its words in bold, what stands for something in italics. */
function formatTyped(usage: string): string {
  return usage
    .split(' ')
    .map((word) => (/^[A-Z]+$/.test(word) ? `\\fI${word}\\fR` : `\\fB${escape(word)}\\fR`))
    .join(' ');
}

/** A paragraph on one line; code of Markdown becomes bold, a link its words. */
function text(markdown: string): string {
  const parts = markdown.replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1').split('`');
  const line = parts
    .map((part, index) => (index % 2 === 0 ? escape(part) : `\\fB${escape(part)}\\fR`))
    .join('');
  // What begins with these is a request to roff.
  return /^[.']/.test(line) ? `\\&${line}` : line;
}

const glyphs: Record<string, string> = {
  '\\': '\\e',
  // A hyphen may become another character, which nobody can paste into a shell.
  '-': '\\-',
  '“': '\\(lq',
  '”': '\\(rq',
  '’': '\\(cq',
  '…': '...',
};

const escape = (words: string): string =>
  words.replaceAll(/[\\“”’…-]/g, (character) => glyphs[character] ?? character);

import { parseArgs } from 'node:util';
import { version } from '../shared/version.ts';
import { describeAll, describeSubcommand } from './help-text.ts';
import { formatUsage, subcommands } from './subcommands.ts';
import type { Subcommand, SubcommandName } from './subcommands.ts';

/** What the command is asked for by its arguments. */
export type Command =
  | { kind: 'print'; text: string }
  | {
      kind: 'run';
      name: SubcommandName;
      /** One for each argument of the subcommand. */
      words: string[];
      /** With their dashes. */
      options: ReadonlySet<string>;
    };

/** The command was used wrongly; the message is the one line that is printed. */
export class UsageError extends Error {}

/**
 * Reads the arguments behind the program's name.
 * @throws {UsageError} saying what is allowed; it never repeats what may be a password
 */
export function readCommandLine(words: readonly string[]): Command {
  const [first, ...rest] = words;
  if (first === undefined) return run('serve');
  // As it was called before there were subcommands, when a password was made unless one was given.
  if (first === '--add-account') {
    const given = rest.includes('--password-stdin') ? [] : ['--generate'];
    return readSubcommand('add-account', [...rest, ...given]);
  }
  if (isSubcommand(first)) return readSubcommand(first, rest);
  const text = first === '--version' ? `keepalived-wai ${version}` : undefined;
  const told = first === '--help' || first === '-h' ? describeAll() : text;
  if (told !== undefined && rest.length === 0) return { kind: 'print', text: told };
  throw new UsageError(
    `“${quote(first)}” ${told === undefined ? 'is not known' : 'stands alone'}. Use keepalived-wai [${Object.keys(subcommands).join('|')}], --version, or --help.`,
  );
}

function readSubcommand(name: SubcommandName, words: readonly string[]): Command {
  const row: Subcommand = subcommands[name];
  const fail = (what: string) => new UsageError(`${name}: ${what}. Use: ${formatUsage(name)}`);
  const { values, positionals } = parseArgs({
    args: [...words],
    options: { help: { type: 'boolean', short: 'h' } },
    strict: false,
    allowPositionals: true,
  });
  if (values.help === true) return { kind: 'print', text: describeSubcommand(name) };
  const options = new Set<string>();
  for (const [key, value] of Object.entries(values)) {
    const option = `${key.length === 1 ? '-' : '--'}${key}`;
    if (!row.options.some((known) => known.name === option)) {
      throw fail(`there is no option ${quote(option)}`);
    }
    if (value !== true) throw fail(`${option} has no value`);
    options.add(option);
  }
  if (options.has('--generate') && options.has('--password-stdin')) {
    throw fail('--generate and --password-stdin exclude each other');
  }
  const missing = row.arguments[positionals.length];
  if (missing) throw fail(`${missing.name} is missing`);
  // Not repeated: it may be a password.
  if (positionals.length > row.arguments.length) throw fail('there are too many arguments');
  row.arguments.forEach(({ name: argument, choices }, index) => {
    const word = positionals[index] ?? '';
    if (word === '') throw fail(`${argument} is empty`);
    if (choices && !choices.includes(word)) {
      throw fail(`${argument} must be ${choices.join(' or ')}`);
    }
  });
  return { kind: 'run', name, words: positionals, options };
}

const run = (name: SubcommandName): Command => ({
  ...{ kind: 'run', name, words: [], options: new Set() },
});

const isSubcommand = (word: string): word is SubcommandName => Object.hasOwn(subcommands, word);

/** Of what was typed: short, on one line, without what moves a terminal's cursor. */
function quote(word: string): string {
  const plain = word.replaceAll(/\p{Cc}/gu, '?');
  return plain.length > 40 ? `${plain.slice(0, 40)}…` : plain;
}

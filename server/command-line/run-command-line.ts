/** What `main.ts` calls: reads the arguments and the settings, and runs the subcommand. */
import { explainStartFailure } from '../process/explain-start-failure.ts';
import { openServiceLog } from '../process/service-log.ts';
import { parseProgramOptions, ProgramOptionsError } from '../program-options.ts';
import type { ProgramOptions } from '../program-options.ts';
import { errorCode } from '../shared/error-code.ts';
import { UserError } from '../shared/errors.ts';
import { addAccount, printFirstPassword, resetPassword } from './account-commands.ts';
import { makeBackup, restore } from './backup-commands.ts';
import { checkFile } from './check/check-file.ts';
import { loadSettings } from './load-settings.ts';
import type { Settings } from './load-settings.ts';
import { readCommandLine, UsageError } from './read-command-line.ts';
import type { Command } from './read-command-line.ts';
import { CancelledError } from './read-password.ts';
import { showStatus } from './status/show-status.ts';
import { checkExit, exitStatus, statusExit } from './subcommands.ts';
import type { SubcommandName } from './subcommands.ts';

export interface CommandLine {
  /** The arguments behind the program's name. */
  words: readonly string[];
  environment: Readonly<Record<string, string | undefined>>;
  /** Resolves once the program serves. */
  serve: (options: ProgramOptions, environment: Settings['environment']) => Promise<void>;
}

/** Ctrl-C, as a shell has it: 128 and the number of SIGINT. */
const cancelledStatus = 130;

/** Runs the command; of all that can fail it prints one line and sets the exit status. */
export async function runCommandLine({ words, environment, serve }: CommandLine): Promise<void> {
  let command: Command | undefined;
  let options: ProgramOptions | undefined;
  try {
    command = readCommandLine(words);
    if (command.kind === 'print') {
      print(`${command.text}\n`);
      return;
    }
    const settings = await loadFor(command.name, environment);
    ({ options } = settings);
    process.exitCode = await run(command, settings, serve);
  } catch (error) {
    if (error instanceof CancelledError) {
      process.exit(cancelledStatus);
    }
    const isServing = command?.kind === 'run' && command.name === 'serve';
    const sentence = isServing
      ? explainStartFailure(error, options?.listen)
      : explainFailure(error, command);
    openServiceLog(process.stderr, environment).say('error', `keepalived-wai: ${sentence}`);
    process.exit(findExitStatus(error, command));
  }
}

/** A file is checked as far as it can be, also by who may not read the settings. */
async function loadFor(
  name: SubcommandName,
  environment: CommandLine['environment'],
): Promise<Settings & { unread: string[] }> {
  try {
    return { ...(await loadSettings(environment)), unread: [] };
  } catch (error) {
    const isUnread = error instanceof UserError && error.code === 'settings-unreadable';
    if (!isUnread || name !== 'check') throw error;
    const options = parseProgramOptions(environment);
    return { options, environment, unread: [error.message] };
  }
}

async function run(
  { name, words, options: given }: Extract<Command, { kind: 'run' }>,
  { options, environment, unread }: Settings & { unread: string[] },
  serve: CommandLine['serve'],
): Promise<number> {
  const { stateDirectory } = options;
  const terminal = { input: process.stdin, prompts: process.stderr };
  const accounts = { stateDirectory, terminal, print };
  const subcommands: Record<SubcommandName, () => Promise<unknown>> = {
    serve: () => serve(options, environment),
    status: () => showStatus(options, given, print),
    check: () => checkFile(words[0] ?? '', options, given, print, unread),
    'add-account': () => addAccount(words, given, accounts),
    'reset-password': () => resetPassword(words, given, accounts),
    'first-password': () => printFirstPassword(accounts),
    backup: () => makeBackup(words, accounts),
    restore: () => restore(words, given, accounts),
  };
  const status = await subcommands[name]();
  return typeof status === 'number' ? status : exitStatus.ok;
}

/** Nobody may read on: `keepalived-wai status | head -1`. */
function print(text: string): void {
  process.stdout.once('error', ignoreClosedPipe).write(text);
}

function ignoreClosedPipe(error: unknown): void {
  if (errorCode(error) !== 'EPIPE') throw error;
}

function explainFailure(error: unknown, command: Command | undefined): string {
  const { path } = error as NodeJS.ErrnoException;
  const code = errorCode(error);
  if (path !== undefined && (code === 'EACCES' || code === 'EPERM')) {
    const name = command?.kind === 'run' ? ` ${command.name}` : '';
    return `${path} cannot be read or written (${code}). Run as root: sudo keepalived-wai${name} …`;
  }
  return error instanceof UsageError ? error.message : explainStartFailure(error, undefined);
}

/** What a setting names and cannot be used: another start would end in the same way. */
const wrongSettingCodes = new Set([
  ...['admin-password-file', 'certificate-unreadable', 'certificate-unusable'],
  ...['state-directory-foreign', 'state-newer', 'shared-web-group'],
  'supervised-service',
  ...['no-socket-folder', 'unsafe-socket-folder'],
]);

/** Where 1 says something of its own, a look that failed must not say it. */
const unseenStatus: Partial<Record<SubcommandName, number>> = {
  status: statusExit.unknown,
  check: checkExit.unchecked,
};

function findExitStatus(error: unknown, command: Command | undefined): number {
  if (error instanceof UsageError) return exitStatus.usage;
  const isWrongSetting =
    error instanceof ProgramOptionsError ||
    (error instanceof UserError && wrongSettingCodes.has(error.code));
  if (isWrongSetting) return exitStatus.wrongSetting;
  if (error instanceof UserError && error.code === 'unusable-file') return exitStatus.noInput;
  const unseen = command?.kind === 'run' ? unseenStatus[command.name] : undefined;
  return unseen ?? exitStatus.failed;
}

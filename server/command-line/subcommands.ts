/**
 * The table of what the command `keepalived-wai` can do: its parser, `--help`, the man page and the
 * completion in the shell are made from it, and `run-command-line.ts` has a function for each row.
 */
import { roles } from '../access/accounts.ts';

export interface Argument {
  name: string;
  /** What is allowed; absent: any word. */
  choices?: readonly string[];
  /** The shell completes it with the names of files. */
  completesFiles?: true;
}

export interface CommandOption {
  /** With its dashes. */
  name: string;
  summary: string;
}

export interface Subcommand {
  /** One line, without a full stop. */
  summary: string;
  arguments: readonly Argument[];
  options: readonly CommandOption[];
  /** Paragraphs. */
  description: readonly string[];
  /** What its exit status means beyond that of all. */
  exitStatus: readonly (readonly [status: number, meaning: string])[];
}

/** sysexits(3); systemd is told not to start again after a wrong setting. */
export const exitStatus = { ok: 0, failed: 1, usage: 64, noInput: 66, wrongSetting: 78 } as const;

/** What `status` found. */
export const statusExit = { served: 0, alarm: 1, stopped: 2, unknown: 3 } as const;

/** What `check` found. */
export const checkExit = { good: 0, errors: 1, unchecked: 3 } as const;

/** What each subcommand may end with. */
export const commonExitStatus: Subcommand['exitStatus'] = [
  [exitStatus.ok, 'It is done.'],
  [exitStatus.failed, 'It failed. One line says why, and what to do.'],
  [exitStatus.usage, 'The command was used wrongly. One line says what is allowed.'],
  [exitStatus.wrongSetting, 'A setting is wrong. One line says which, and what is allowed.'],
];

const jsonOption: CommandOption = { name: '--json', summary: 'print JSON, for programs' };

const passwordOptions: readonly CommandOption[] = [
  { name: '--password-stdin', summary: 'read the password from standard input' },
  { name: '--generate', summary: 'make a password and print it, once' },
];

const howToGiveAPassword =
  'On a terminal you are asked for the password, which is not shown while you type. Without a terminal use --password-stdin or --generate. A password is never an argument: every user of the server may read those.';

const accountChange =
  'A running keepalived-wai uses the change within a second. Anyone who is logged in with the old password must log in again.';

export const subcommands = {
  serve: {
    summary: 'run the program; the same as no subcommand',
    arguments: [],
    options: [],
    description: [
      'Runs until it gets SIGTERM. It never stops keepalived. Usually the service manager starts it: systemctl start keepalived-wai.',
    ],
    exitStatus: [],
  },
  status: {
    summary: 'who has each virtual IP',
    arguments: [],
    options: [jsonOption],
    description: [
      'Looks at the machine once, as the page does, also while the page is down. Prints one line for each virtual IP: the address, the instance, the state, who has the address, and the proof. The alarms follow, with what to do.',
      'A state is printed only if it is proved: Active means that keepalived says MASTER and the kernel has the address. Without root keepalived cannot be asked, and the state is Unknown.',
      'With --json it prints the document of /api/v1/status.',
      'Each look is a question to keepalived, which logs a line for it: do not look more often than every ten seconds. What Debug has found is known to the page only.',
    ],
    exitStatus: [
      [
        statusExit.served,
        'Each virtual IP is served here, or this server is its standby, as proved.',
      ],
      [statusExit.alarm, 'An instance is in Fault, or there is a critical alarm.'],
      [statusExit.stopped, 'keepalived is stopped or not installed, or has no instance.'],
      [statusExit.unknown, 'The state of an instance is not known, or not known yet.'],
    ],
  },
  check: {
    summary: 'what is wrong in a configuration file',
    arguments: [{ name: 'FILE', completesFiles: true }],
    options: [jsonOption],
    description: [
      'Prints the findings for FILE as keepalived would read it as its configuration: its includes are read too, as seen from its folder. Nothing is changed and keepalived is not reloaded.',
      'Our own rules need no rights. The test of keepalived itself (keepalived -t, where it can read nothing else) needs root and keepalived. What could not be checked is said. The interfaces, addresses and programs that the file names are looked for on this server.',
    ],
    exitStatus: [
      [checkExit.good, 'No error was found. There may be warnings and notes.'],
      [checkExit.errors, 'There is an error: a save of this file would be refused.'],
      [checkExit.unchecked, 'No error was found, but not everything could be checked.'],
      [exitStatus.noInput, 'FILE cannot be read, or keepalived would not read it.'],
    ],
  },
  'add-account': {
    summary: 'make an account, or change the role and password of one',
    arguments: [{ name: 'NAME' }, { name: 'ROLE', choices: roles }],
    options: passwordOptions,
    description: [
      'A viewer sees everything but secrets and changes nothing. An admin may do everything.',
      howToGiveAPassword,
      accountChange,
    ],
    exitStatus: [],
  },
  'reset-password': {
    summary: 'give an account another password',
    arguments: [{ name: 'NAME' }],
    options: passwordOptions,
    description: ['The role stays.', howToGiveAPassword, accountChange],
    exitStatus: [],
  },
  'first-password': {
    summary: 'print the first password of admin',
    arguments: [],
    options: [],
    description: [
      'At the first start the program makes a password and puts it into a file that only root can read. This prints it. Whoever logs in with it has to choose another before anything else; programs cannot use it. The file is then removed: with reset-password you get another.',
    ],
    exitStatus: [],
  },
  backup: {
    summary: 'make an archive of the accounts, versions and history',
    arguments: [{ name: 'FILE' }],
    options: [],
    description: [
      'Writes the state folder into a new tar.gz that only its owner can read. The program may run meanwhile. A file that exists is never replaced.',
      'The archive has secrets: the hashes of the passwords of the accounts, the key of the certificate, and every version of the configuration with the passwords in it. Keep it as safe as the server.',
      'The live configuration of keepalived, a change that waits for its confirmation and the numbers of drills are not in it.',
    ],
    exitStatus: [],
  },
  restore: {
    summary: 'put the state of a backup in place',
    arguments: [{ name: 'FILE' }],
    options: [
      { name: '--from-another-host', summary: 'also if it is of a server of another name' },
    ],
    description: [
      'Stop keepalived-wai first (with systemd: systemctl stop keepalived-wai-agent); keepalived runs on. The archive is checked before anything is changed. What was in the state folder is kept in a folder in it. Neither keepalived nor its configuration is touched.',
    ],
    exitStatus: [],
  },
} as const satisfies Record<string, Subcommand>;

export type SubcommandName = keyof typeof subcommands;

/** In their order, each with its name. */
export function listSubcommands(): ({ name: SubcommandName } & Subcommand)[] {
  return Object.entries(subcommands).map(([name, row]) => ({
    name: name as SubcommandName,
    ...row,
  }));
}

/** How a subcommand is typed: `keepalived-wai check FILE [--json]`. */
export function formatUsage(name: SubcommandName): string {
  const row: Subcommand = subcommands[name];
  const words = row.arguments.map(({ name: word, choices }) => choices?.join('|') ?? word);
  const isChoice = row.options === passwordOptions;
  const options = isChoice
    ? [`[${row.options.map((option) => option.name).join('|')}]`]
    : row.options.map((option) => `[${option.name}]`);
  return ['keepalived-wai', name, ...words, ...options].join(' ');
}

import assert from 'node:assert/strict';
import test from 'node:test';
import { describeSubcommand } from '../../../server/command-line/help-text.ts';
import { readCommandLine, UsageError } from '../../../server/command-line/read-command-line.ts';
import { listSubcommands } from '../../../server/command-line/subcommands.ts';
import { version } from '../../../server/shared/version.ts';

const serve = { kind: 'run', name: 'serve', words: [], options: new Set() };

test('without arguments the program serves', () => {
  assert.deepEqual(readCommandLine([]), serve);
  assert.deepEqual(readCommandLine(['serve']), serve);
});

test('an account is named with its role, and the options may stand anywhere', () => {
  const command = { kind: 'run', name: 'add-account', words: ['watcher', 'viewer'] };
  for (const [words, options] of [
    [['watcher', 'viewer'], []],
    [['--password-stdin', 'watcher', 'viewer'], ['--password-stdin']],
    [['watcher', '--generate', 'viewer'], ['--generate']],
  ] as const) {
    assert.deepEqual(readCommandLine(['add-account', ...words]), {
      ...command,
      options: new Set(options),
    });
  }
});

test('the option of before there were subcommands still makes a password, or reads it', () => {
  const command = { kind: 'run', name: 'add-account', words: ['watcher', 'viewer'] };
  const old = ['--add-account', 'watcher', 'viewer'];
  assert.deepEqual(readCommandLine(old), { ...command, options: new Set(['--generate']) });
  assert.deepEqual(readCommandLine([...old, '--password-stdin']), {
    ...command,
    options: new Set(['--password-stdin']),
  });
});

test('the version and the help of all are printed', () => {
  const text = `keepalived-wai ${version}`;
  assert.deepEqual(readCommandLine(['--version']), { kind: 'print', text });
  const help = readCommandLine(['--help']);
  assert.ok(help.kind === 'print');
  for (const { name, summary } of listSubcommands()) {
    assert.match(help.text, new RegExp(`^  ${name} +${summary.slice(0, 30)}`, 'm'));
  }
  assert.deepEqual(
    help.text.split('\n').filter((line) => line.length > 80 && !line.startsWith('Usage')),
    [],
  );
});

for (const { name, options } of listSubcommands()) {
  test(`${name} --help says how it is used, and what it ends with`, () => {
    for (const help of ['--help', '-h']) {
      // Also where an argument is missing.
      const command = readCommandLine([name, help]);
      assert.deepEqual(command, { kind: 'print', text: describeSubcommand(name) });
    }
    const text = describeSubcommand(name);
    assert.ok(text.startsWith(`Usage: keepalived-wai ${name}`));
    for (const option of options) assert.match(text, new RegExp(`^  ${option.name} `, 'm'));
    assert.match(text, /^Exit status:\n {2}0 /m);
    assert.match(text, /^ {2}64 /m);
    assert.deepEqual(
      text.split('\n').filter((line) => line.length > 80 && !line.startsWith('Usage')),
      [],
    );
  });
}

test('a wrong use is one line that says what is allowed', () => {
  const accountUse =
    'Use: keepalived-wai add-account NAME admin|viewer [--password-stdin|--generate]';
  for (const [words, message] of [
    [['--version', 'more'], /^“--version” stands alone\. Use keepalived-wai \[serve\|.*--help\.$/],
    [['frobnicate'], /^“frobnicate” is not known\. Use keepalived-wai \[serve\|/],
    [['toString'], /^“toString” is not known/],
    [['--json'], /^“--json” is not known/],
    [['add-account'], `add-account: NAME is missing. ${accountUse}`],
    [['add-account', 'watcher'], `add-account: ROLE is missing. ${accountUse}`],
    [['add-account', '', 'viewer'], `add-account: NAME is empty. ${accountUse}`],
    [
      ['add-account', 'watcher', 'root'],
      `add-account: ROLE must be admin or viewer. ${accountUse}`,
    ],
    [
      ['add-account', 'w', 'viewer', '--colour'],
      `add-account: there is no option --colour. ${accountUse}`,
    ],
    [['add-account', 'w', 'viewer', '-x'], `add-account: there is no option -x. ${accountUse}`],
    [
      ['add-account', 'w', 'viewer', '--generate', '--password-stdin'],
      `add-account: --generate and --password-stdin exclude each other. ${accountUse}`,
    ],
    [['first-password', '--'], undefined],
    [['serve', 'now'], 'serve: there are too many arguments. Use: keepalived-wai serve'],
  ] as const) {
    if (message === undefined) {
      assert.equal(readCommandLine(words).kind, 'run');
      continue;
    }
    assert.throws(() => readCommandLine(words), { message });
    assert.throws(() => readCommandLine(words), UsageError);
  }
});

test('what may be a password is not repeated', () => {
  for (const words of [
    ['add-account', 'watcher', 'viewer', 'correct horse'],
    ['--add-account', 'watcher', 'viewer', 'correct horse'],
    ['add-account', 'watcher', 'viewer', '--password=correct horse'],
    ['add-account', 'watcher', 'viewer', '--password-stdin=correct horse'],
    ['reset-password', 'watcher', 'correct horse'],
  ]) {
    assert.throws(
      () => readCommandLine(words),
      (error: Error) => {
        assert.doesNotMatch(error.message, /horse|\n/);
        return error instanceof UsageError;
      },
    );
  }
});

test('what was typed cannot move the cursor of the terminal', () => {
  assert.throws(() => readCommandLine(['\u001b[2Jx\n']), { message: /^“\?\[2Jx\?” is not known/ });
});

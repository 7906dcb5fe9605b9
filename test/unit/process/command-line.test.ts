import assert from 'node:assert/strict';
import test from 'node:test';
import { readCommandLine } from '../../../server/process/command-line.ts';
import { version } from '../../../server/shared/version.ts';

test('without arguments the program serves', () => {
  assert.deepEqual(readCommandLine([]), { kind: 'serve' });
});

test('an account is named with its role', () => {
  const words = ['--add-account', 'watcher', 'viewer'];
  const account = { name: 'watcher', role: 'viewer' };
  const command = { kind: 'add-account', account };
  assert.deepEqual(readCommandLine(words), { ...command, isPasswordGiven: false });
  const given = readCommandLine([...words, '--password-stdin']);
  assert.deepEqual(given, { ...command, isPasswordGiven: true });
});

test('the version and the usage are reported', () => {
  assert.deepEqual(readCommandLine(['--version']), {
    kind: 'tell',
    text: `keepalived-wai ${version}`,
  });
  const help = readCommandLine(['--help']);
  assert.ok(help.kind === 'tell' && help.text.includes('--add-account NAME admin|viewer'));
});

test('anything else says what is allowed', () => {
  for (const words of [
    ['--version', 'more'],
    ['--add-account'],
    ['--add-account', 'watcher'],
    ['--add-account', 'watcher', 'root'],
    ['--add-account', 'watcher', 'viewer', 'a password'],
    ['--add-account', 'watcher', 'viewer', '--password-stdin', 'more'],
  ]) {
    assert.throws(() => readCommandLine(words), {
      name: 'Error',
      message: `“${words.join(' ')}” is not understood. Use no argument to serve, --add-account NAME admin|viewer [--password-stdin] to make or change an account, --version, or --help.`,
    });
  }
});

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { loadSettings } from '../../../server/command-line/load-settings.ts';
import { parseSettingsFile } from '../../../server/command-line/settings-file.ts';
import { ProgramOptionsError } from '../../../server/program-options.ts';

const path = '/etc/keepalived-wai/config.env';

test('lines are read as systemd reads them', () => {
  const text = [
    '# a comment',
    '; another',
    '',
    'WAI_LISTEN=0.0.0.0:9443',
    '  WAI_TLS = on'.replace(' = ', '='),
    'WAI_SERVICES="keepalived haproxy"\r',
    "WAI_STATE_DIR='/srv/wai state'",
    'WAI_ALLOWED_HOSTS= a, b  ',
    'WAI_LOG=',
    'TZ=Europe/Berlin',
    'WAI_LISTEN=127.0.0.1:9444',
  ].join('\n');
  const values = [...parseSettingsFile(text, path)].map(([name, { value, place }]) => [
    name,
    value,
    Number(place.replace(`${path}, line `, '')),
  ]);
  assert.deepEqual(values, [
    ['WAI_LISTEN', '127.0.0.1:9444', 11],
    ['WAI_TLS', 'on', 5],
    ['WAI_SERVICES', 'keepalived haproxy', 6],
    ['WAI_STATE_DIR', '/srv/wai state', 7],
    ['WAI_ALLOWED_HOSTS', 'a, b', 8],
    ['WAI_LOG', '', 9],
    ['TZ', 'Europe/Berlin', 10],
  ]);
});

test('a line that others would read differently is named with file and line, and not repeated', () => {
  for (const line of [
    'secret words',
    'export WAI_TLS=secret',
    'WAI_TLS =secret',
    '=secret',
    '1WAI=secret',
    'WAI_TLS: secret',
    'WAI_LOG="secret',
    'WAI_LOG=secret"s',
    'WAI_LOG="a" secret',
    'WAI_LOG=secret\\',
    'WAI_LOG="secret\\""',
  ]) {
    assert.throws(
      () => parseSettingsFile(`# first\n${line}\nWAI_TLS=on\n`, path),
      (error: Error) => {
        assert.ok(error instanceof ProgramOptionsError);
        assert.ok(error.message.startsWith(`${path}, line 2`), error.message);
        assert.doesNotMatch(error.message, /secret/);
        return true;
      },
      line,
    );
  }
});

async function writeSettings(context: TestContext, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'wai-settings-'));
  context.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'config.env');
  await writeFile(file, text);
  return file;
}

test('the file counts, a variable of the environment counts more', async (context) => {
  const file = await writeSettings(context, 'WAI_TLS=off\nWAI_STATE_DIR=/srv/file\n');
  const { options, environment } = await loadSettings({ WAI_STATE_DIR: '/srv/variable' }, [file]);
  assert.equal(options.tls.enabled, false);
  assert.equal(options.stateDirectory, '/srv/variable');
  // For a process that this one starts.
  assert.deepEqual(environment, { WAI_TLS: 'off', WAI_STATE_DIR: '/srv/variable' });
});

test('of two files the last one counts, and errors name the right one', async (context) => {
  const first = await writeSettings(context, 'WAI_TLS=maybe\nWAI_STATE_DIR=/srv/first\n');
  const second = await writeSettings(context, '# newer\nWAI_TLS=off\n');
  const { options } = await loadSettings({}, [first, second]);
  assert.equal(options.tls.enabled, false);
  assert.equal(options.stateDirectory, '/srv/first');
  await assert.rejects(loadSettings({}, [second, first]), {
    message: new RegExp(`^${first}, line 1: `),
  });
});

test('without a file there are the defaults', async () => {
  const { options } = await loadSettings({}, ['/nowhere/config.env']);
  assert.equal(options.stateDirectory, '/var/lib/keepalived-wai');
});

test('what systemd started has the file in its environment already', async (context) => {
  const file = await writeSettings(context, 'WAI_TLS=off\nand a line that systemd passed over\n');
  const own = await loadSettings({ SYSTEMD_EXEC_PID: String(process.pid) }, [file]);
  assert.equal(own.options.tls.enabled, true);
  // A shell in a service is not the service.
  await assert.rejects(loadSettings({ SYSTEMD_EXEC_PID: String(process.ppid) }, [file]), {
    message: `${file}, line 2 is not NAME=value. Correct it, or put # before it.`,
  });
});

test('a wrong setting is named with its line, one of the environment without', async (context) => {
  const file = await writeSettings(context, '# TLS\nWAI_TLS=maybe\n');
  await assert.rejects(loadSettings({}, [file]), {
    message: `${file}, line 2: WAI_TLS: "maybe" is not allowed. Use on or off.`,
  });
  await assert.rejects(loadSettings({ WAI_TLS: 'perhaps' }, [file]), {
    message: 'WAI_TLS: "perhaps" is not allowed. Use on or off.',
  });
  const misspelt = await writeSettings(context, '\nWAI_TSL=on\n');
  await assert.rejects(loadSettings({}, [misspelt]), {
    message: new RegExp(`^${misspelt}, line 2: WAI_TSL: no such setting`),
  });
});

test('a file that cannot be read is not the same as none', async (context) => {
  const file = await writeSettings(context, '');
  await rm(file);
  await mkdir(file);
  await assert.rejects(loadSettings({}, [file]), {
    code: 'settings-unreadable',
    message: /EISDIR/,
  });
});

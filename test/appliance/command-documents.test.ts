/** The manual page as man reads it, and the completion in a bash that somebody types into. */
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { formatBashCompletion } from '../../server/command-line/documents/bash-completion.ts';
import { formatManPage } from '../../server/command-line/documents/man-page.ts';
import type { SettingRow } from '../../server/command-line/documents/man-page.ts';
import { listSubcommands } from '../../server/command-line/subcommands.ts';
import { eventually } from '../lab/eventually.ts';

/** The scripts are plain JavaScript. */
const { readSettings } = (await import(
  new URL('../../scripts/package/config-env.mjs', import.meta.url).href
)) as { readSettings: (readme: string) => SettingRow[] };

describe('the documents of the command', () => {
  let folder = '';
  let page = '';
  let completion = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'wai-documents-'));
    page = join(folder, 'keepalived-wai.8');
    completion = join(folder, 'completion');
    writeFileSync(page, formatManPage(readSettings(readFileSync('README.md', 'utf8'))));
    writeFileSync(completion, formatBashCompletion());
    for (const name of ['one.conf', 'two words.conf']) writeFileSync(join(folder, name), '');
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  test('man has nothing to warn of, and shows every subcommand and setting', () => {
    const words = ['--warnings', '-E', 'UTF-8', '-l', '-Tutf8', page];
    // As lintian asks.
    const { stderr, status } = spawnSync('man', words, {
      encoding: 'utf8',
      env: { ...process.env, MANROFFSEQ: '', MANWIDTH: '80' },
    });
    assert.equal(stderr, '');
    assert.equal(status, 0);
    const shown = execFileSync('man', ['-E', 'ascii', '-P', 'cat', '-l', page], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], MANWIDTH: '200' },
    });
    for (const { name, options } of listSubcommands()) {
      assert.match(shown, new RegExp(`^ +keepalived-wai ${name}`, 'm'));
      // With the hyphens that a shell understands.
      for (const option of options) assert.match(shown, new RegExp(`^ +${option.name}\\b`, 'm'));
    }
    for (const setting of ['WAI_LISTEN', 'WAI_STATE_DIR', 'WAI_SERVICES']) {
      assert.match(shown, new RegExp(`^ +${setting}\\b`, 'm'));
    }
    assert.doesNotMatch(shown, /`|\\f/);
  });

  /** What the function offers for a line; the last word is the one that is typed. */
  function complete(...words: string[]): string[] {
    const script = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _keepalived_wai; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const output = execFileSync(
      'bash',
      ['-uc', script, 'bash', completion, 'keepalived-wai', ...words],
      { encoding: 'utf8', cwd: folder },
    );
    return output.split('\n').filter((line) => line !== '');
  }

  test('bash completes subcommands, choices, options and files', () => {
    const names = listSubcommands().map(({ name }) => name);
    assert.deepEqual(complete(''), [...names, '--version', '--help']);
    assert.deepEqual(complete('st'), ['status']);
    assert.deepEqual(complete('status', ''), ['--json', '--help']);
    assert.deepEqual(complete('status', '--j'), ['--json']);
    assert.deepEqual(complete('check', 'o'), ['one.conf']);
    assert.deepEqual(complete('check', '--json', 'two'), ['two words.conf']);
    assert.deepEqual(complete('check', 'one.conf', ''), ['--json', '--help']);
    // A name of an account is not known here.
    assert.deepEqual(complete('add-account', ''), []);
    assert.deepEqual(complete('add-account', 'watcher', ''), ['admin', 'viewer']);
    assert.deepEqual(complete('add-account', '--generate', 'watcher', 'v'), ['viewer']);
    assert.deepEqual(complete('add-account', 'watcher', 'viewer', '--p'), ['--password-stdin']);
    assert.deepEqual(complete('no-such', ''), []);
  });

  test('the tabulator key completes in a bash on a terminal', async (context) => {
    const words = ['--quiet', '--command', 'bash --norc --noprofile -i', '/dev/null'];
    const child = spawn('script', words, {
      cwd: folder,
      env: { PATH: process.env['PATH'], TERM: 'dumb', PS1: 'ready> ' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const ended = once(child, 'close');
    context.after(async () => {
      child.kill('SIGKILL');
      await ended;
    });
    let shown = '';
    child.stdout.on('data', (chunk: Buffer) => (shown += chunk.toString()));
    child.stdin.write('keepalived-wai() { printf "<%s>" "$@"; echo; }; source ./completion\n');
    await eventually('a prompt', () => /ready> .*\n.*ready> /s.test(shown), { withinMs: 60_000 });
    child.stdin.write('keepalived-wai che\ttwo\t--js\t\n');
    await eventually('the words', () => shown.includes('<check><two words.conf><--json>'), {
      withinMs: 60_000,
    });
    child.stdin.end('exit\n');
    await ended;
  });
});

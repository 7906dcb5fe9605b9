/**
 * The Debian package on a booted systemd: installed, upgraded, removed, purged. One boot for all.
 * `WAI_TEST_DEBIAN=trixie` tries it on a small Debian 13 instead of this machine's own system.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, before, describe, it } from 'node:test';
import { eventually } from '../lab/eventually.ts';
import { buildPackages } from './built-packages.ts';
import { makeDebianSystem } from './debian-system.ts';
import { inBootedSystemd } from './in-booted-systemd.ts';
import {
  addInterface,
  configPath,
  goodConfiguration,
  holdsAddress,
  writeConfiguration,
} from './private-keepalived.ts';
import { RemoteBrowser } from './remote-browser.ts';

const library = '/usr/lib/keepalived-wai';
const state = '/var/lib/keepalived-wai';
const settings = '/etc/keepalived-wai/config.env';
const url = 'https://127.0.0.1:9443';

/** As from a login: without the variables of this test. */
const environment = { PATH: process.env['PATH'], DEBIAN_FRONTEND: 'noninteractive' };
const run = (program: string, ...words: string[]) =>
  execFileSync(program, words, { encoding: 'utf8', stdio: 'pipe', env: environment });
/** What a command that fails says. */
const refuse = (program: string, ...words: string[]): string => {
  try {
    run(program, ...words);
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return stdout + stderr;
  }
  assert.fail(`${[program, ...words].join(' ')} was not refused`);
};
const apt = (...words: string[]) => run('apt-get', '--yes', '--no-install-recommends', ...words);
const show = (unit: string, property: string) =>
  run('systemctl', 'show', '--value', `--property=${property}`, unit).trim();
/** The text of a page without its tags: what a person reads. */
const read = (body: string) => body.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');

async function whenItAnswers(): Promise<void> {
  await eventually(
    `${url} answers`,
    async () => {
      try {
        return (await new RemoteBrowser(url).get('/healthz')).statusCode === 200;
      } catch {
        return false;
      }
    },
    { withinMs: 60_000 },
  );
}

/** The names of the units of systemd that the package has brought. */
const listUnits = () =>
  [...run('dpkg', '--listfiles', 'keepalived-wai').matchAll(/\/([^/\n]+\.service)$/gm)].flatMap(
    ([, name = '']) => name,
  );

/** A browser that has logged in with the first password. */
async function logIn(password: string): Promise<RemoteBrowser> {
  await whenItAnswers();
  const browser = new RemoteBrowser(url);
  const answer = await browser.logIn('admin', password);
  assert.equal(answer.statusCode, 303, read(answer.body));
  return browser;
}

/** Saves the live file by the form of the editor. */
async function save(browser: RemoteBrowser, text: string, more: Record<string, string> = {}) {
  const { body } = await browser.get('/keepalived/edit');
  const tag = /name="tag" value="([^"]+)"/.exec(body)?.[1] ?? '';
  const fields = { file: 'live', text, tag, intent: 'save', comment: '', ...more };
  const answer = await browser.post('/keepalived/edit', fields);
  assert.equal(answer.statusCode, 303, read(answer.body));
}

function prepare() {
  const { first, later, node } = buildPackages();
  const release = process.env['WAI_TEST_DEBIAN'];
  const dependencies = run('dpkg-deb', '--field', first, 'Depends');
  return {
    files: { WAI_TEST_PACKAGE: first, WAI_TEST_LATER_PACKAGE: later },
    system: release ? { folder: makeDebianSystem(release, dependencies), node } : undefined,
  };
}

if (inBootedSystemd(import.meta.url, prepare)) {
  describe('the Debian package', () => {
    const first = process.env['WAI_TEST_PACKAGE'] ?? '';
    const later = process.env['WAI_TEST_LATER_PACKAGE'] ?? '';
    const changed = goodConfiguration.replace('priority 101', 'priority 102');
    let units: string[] = [];
    let keepalivedPid: string;
    let password: string;

    before(async () => {
      // Of the machine on which the tests run: it may forbid that packages start their services.
      rmSync('/usr/sbin/policy-rc.d', { force: true });
      addInterface();
      writeConfiguration(goodConfiguration);
      // As where this package has brought it.
      run('apt-mark', 'auto', 'keepalived');
      run('systemctl', 'start', 'keepalived');
      await eventually('the virtual IP', holdsAddress);
      keepalivedPid = show('keepalived', 'MainPID');
    });
    // Whatever was done to the package.
    afterEach(() => {
      assert.equal(show('keepalived', 'MainPID'), keepalivedPid, 'keepalived was not touched');
      assert.ok(holdsAddress(), 'keepalived serves the virtual IP');
    });
    const assertRunning = async () => {
      await whenItAnswers();
      for (const unit of units) {
        assert.equal(run('systemctl', 'is-enabled', unit).trim(), 'enabled');
        assert.equal(run('systemctl', 'is-active', unit).trim(), 'active');
        const program = run('readlink', `/proc/${show(unit, 'MainPID')}/exe`).trim();
        assert.equal(program, `${library}/node`);
      }
    };

    it('is enabled and runs once it is installed', async () => {
      apt('install', first);
      units = listUnits();
      assert.ok(units.includes('keepalived-wai.service'), units.join(' '));
      await assertRunning();
      assert.match(run('keepalived-wai', '--version'), /^keepalived-wai \d/);
      assert.match(run('getent', 'passwd', 'keepalived-wai'), /nologin$/m);
      const folder = run('stat', '--format=%a %U %G', '/run/keepalived-wai').trim();
      assert.equal(folder, '750 root keepalived-wai');
      for (const name of ['main', 'web']) {
        assert.ok(
          existsSync(`${library}/build/${name}.cache`),
          `${name} is compiled for a quick start`,
        );
      }
      assert.equal(run('dpkg', '--verify', 'keepalived-wai'), '');
      const completion = '/usr/share/bash-completion/completions/keepalived-wai';
      run('bash', '-c', `source ${completion} && complete -p keepalived-wai`);
    });

    it('logs in with the first password, and saves by the form', async () => {
      password = run('keepalived-wai', 'first-password').trim();
      await save(await logIn(password), changed);
      assert.equal(readFileSync(configPath, 'utf8'), changed);
    });

    it('takes its settings from the conffile, which an upgrade leaves as it is', async () => {
      const setting = 'WAI_SERVICES=keepalived cron';
      appendFileSync(settings, `${setting}\n`);
      apt('install', '--reinstall', first);
      await assertRunning();
      assert.ok(readFileSync(settings, 'utf8').endsWith(`\n${setting}\n`));
      const { body } = await (await logIn(password)).get('/boot');
      assert.match(read(body), /cron/);
    });

    it('rolls back what nobody confirms, though it was upgraded meanwhile', async () => {
      const waiting = changed.replace('priority 102', 'priority 103');
      const goBack = { goBack: 'yes', goBackSeconds: '60' };
      await save(await logIn(password), waiting, goBack);
      assert.equal(readFileSync(configPath, 'utf8'), waiting);
      assert.match(refuse('apt-get', '--yes', 'remove', 'keepalived-wai'), /waits for its confirm/);
      apt('install', later);
      assert.match(run('dpkg-query', '--show', 'keepalived-wai'), /\+later$/m);
      await assertRunning();
      const { body } = await (await logIn(password)).get('/keepalived/confirm');
      assert.match(read(body), /Keep this configuration/);
      const isRolledBack = () => readFileSync(configPath, 'utf8') === changed;
      await eventually('the version before', isRolledBack, { withinMs: 120_000 });
    });

    it('stays disabled and stopped over an upgrade', async () => {
      run('systemctl', 'disable', '--now', ...units);
      apt('install', '--reinstall', later);
      for (const unit of units) {
        assert.deepEqual(
          ['UnitFileState', 'ActiveState'].map((property) => show(unit, property)),
          ['disabled', 'inactive'],
        );
      }
      run('systemctl', 'enable', '--now', ...units);
      await assertRunning();
    });

    it('keeps its state when it is removed, and knows it when it is installed again', async () => {
      apt('remove', 'keepalived-wai');
      for (const unit of units) assert.equal(show(unit, 'LoadState'), 'masked');
      assert.deepEqual([library, state, settings].map(existsSync), [false, true, true]);
      apt('install', later);
      await assertRunning();
      await logIn(password);
    });

    it('leaves nothing of its own when it is purged', () => {
      apt('purge', 'keepalived-wai');
      const own = [library, state, settings, dirname(settings), '/run/keepalived-wai'];
      assert.deepEqual(own.filter(existsSync), []);
      for (const unit of units) assert.equal(show(unit, 'LoadState'), 'not-found');
      const left = run('find', '/etc', '/var/lib/systemd', '-name', '*keepalived-wai*');
      assert.equal(left, '');
      assert.doesNotMatch(apt('--simulate', 'autoremove'), /Remv keepalived/);
      assert.equal(readFileSync(configPath, 'utf8'), changed);
    });
  });
}

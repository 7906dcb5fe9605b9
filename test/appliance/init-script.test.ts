/** The page by its init script, as on a server without systemd. */
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { eventually } from '../lab/eventually.ts';
import { serverWords } from '../program-words.ts';
import {
  createDaemons,
  goodConfiguration,
  layOver,
  preparePrivateMachine,
  startKeepalived,
  writeConfiguration,
} from './private-keepalived.ts';
import { inPrivateNamespaces } from './private-namespaces.ts';

const script = '/etc/init.d/keepalived-wai';
const pidFile = '/run/keepalived-wai.pid';
const defaults = '/etc/default/keepalived-wai';
const settings = 'WAI_LISTEN=127.0.0.1:9443\nWAI_TLS=off\n';

function control(action: string, runner: string[] = []) {
  const words = [...runner, script, action];
  const { status, stdout, stderr } = spawnSync('env', words, { encoding: 'utf8', cwd: '/' });
  return { status, said: `${stdout}${stderr}` };
}

function expectDone(action: string): string {
  const { status, said } = control(action);
  assert.equal(status, 0, said);
  return said;
}

const readPid = () => Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
const asks = () =>
  execFileSync('curl', ['--silent', '--fail', 'http://127.0.0.1:9443/healthz'], {
    encoding: 'utf8',
  });
/** How many programs of this script there are. */
const countPages = () =>
  spawnSync(
    'pgrep',
    ['--full', '--ns', String(process.pid), '--nslist', 'mnt', 'main.[tj]s serve'],
    {
      encoding: 'utf8',
    },
  )
    .stdout.split('\n')
    .filter(Boolean).length;

if (inPrivateNamespaces(import.meta.url)) {
  describe('the init script', { concurrency: false }, () => {
    const daemons = createDaemons();
    before(() => {
      layOver(['/etc', '/usr/bin', '/var/log', '/var/lib']);
      preparePrivateMachine();
      copyFileSync('packaging/keepalived-wai.init', script);
      const words = [process.execPath, ...serverWords].map((word) => `'${word}'`).join(' ');
      const program = `#!/bin/sh\ncd '${process.cwd()}' && exec ${words} "$@"\n`;
      writeFileSync('/usr/bin/keepalived-wai', program, { mode: 0o755 });
      writeFileSync(defaults, settings);
    });
    after(async () => {
      control('stop');
      await daemons.endAll();
    });

    it('starts the page once, and says where it is', () => {
      assert.equal(control('status').status, 3);
      assert.match(expectDone('start'), /running \(pid \d+\), http:\/\/127\.0\.0\.1:9443\n$/);
      assert.match(asks(), /ok/);
      const pid = readPid();
      assert.match(expectDone('start'), new RegExp(`already running \\(pid ${pid}\\)`));
      assert.match(expectDone('status'), new RegExp(`running \\(pid ${pid}\\)`));
      assert.equal(countPages(), 1);
    });

    it('restarts and stops it, and leaves keepalived as it is', async () => {
      writeConfiguration(goodConfiguration);
      const daemon = daemons.remember(startKeepalived());
      const serves = () =>
        execFileSync('ip', ['address', 'show', 'eth0'], { encoding: 'utf8' }).includes(
          '10.9.0.100',
        );
      await eventually('the virtual address', () => Promise.resolve(serves()), {
        withinMs: 20_000,
      });
      for (const action of ['restart', 'force-reload', 'condrestart']) {
        const before = readPid();
        expectDone(action);
        assert.notEqual(readPid(), before, action);
        assert.match(asks(), /ok/);
      }
      assert.match(expectDone('stop'), /stopped/);
      assert.throws(asks);
      assert.equal(control('status').status, 3);
      assert.match(expectDone('stop'), /not running/);
      expectDone('condrestart');
      assert.equal(control('status').status, 3);
      assert.equal(daemon.exitCode, null);
      assert.ok(serves());
    });

    it('makes one page of two starts at the same time', async () => {
      const ends = [1, 2].map(
        () =>
          new Promise((resolve) => {
            spawn(script, ['start'], { stdio: 'ignore' }).once('exit', resolve);
          }),
      );
      assert.deepEqual(await Promise.all(ends), [0, 0]);
      assert.equal(countPages(), 1);
      assert.equal(control('status').status, 0);
    });

    it('says that it is dead after a kill, and starts it again', async () => {
      process.kill(readPid(), 'SIGKILL');
      await eventually('its end', () => Promise.resolve(control('status').status === 1));
      expectDone('start');
      expectDone('stop');
    });

    it('spares another process that has got its pid', () => {
      const other = daemons.remember(spawn('sleep', ['60']));
      writeFileSync(pidFile, `${other.pid ?? 0}\n1\n`);
      assert.equal(control('status').status, 1);
      expectDone('stop');
      assert.equal(other.signalCode, null);
    });

    it('says what is wrong by the exit statuses of the LSB', () => {
      assert.equal(control('nonsense').status, 2);
      assert.equal(control('reload').status, 3);
      const asNobody = ['setpriv', '--reuid=65534', '--clear-groups'];
      assert.equal(control('start', asNobody).status, 4);
      assert.equal(control('status', asNobody).status, 3);
      writeFileSync(defaults, 'WAI_TLS=maybe\n');
      const wrong = control('start');
      assert.equal(wrong.status, 6, wrong.said);
      assert.match(wrong.said, /WAI_TLS: "maybe" is not allowed/);
      assert.equal(control('status').status, 3);
      writeFileSync(defaults, settings);
      execFileSync('chmod', ['a-x', '/usr/bin/keepalived-wai']);
      assert.equal(control('start').status, 5);
    });

    it('is taken in by update-rc.d for all runlevels', () => {
      execFileSync('update-rc.d', ['keepalived-wai', 'defaults'], { stdio: 'ignore' });
      const links = (level: number) =>
        readdirSync(`/etc/rc${level}.d`).filter((name) => name.endsWith('keepalived-wai'));
      for (const level of [2, 3, 4, 5]) assert.match(links(level).join(), /^S\d\d/);
      for (const level of [0, 1, 6]) assert.match(links(level).join(), /^K\d\d/);
      assert.match(readFileSync(script, 'utf8'), /^# chkconfig: 2345 \d\d \d\d$/m);
    });
  });
}

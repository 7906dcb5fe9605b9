import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { eventually } from '../lab/eventually.ts';
import { bootWithoutSystemd } from './booted-systemd.ts';
import type { BootedSystem } from './booted-systemd.ts';
import type { BuiltPackages } from './built-packages.ts';
import { connectServer } from './installed-server.ts';
import type { InstalledServer } from './installed-server.ts';
import { TextBrowser } from './text-browser.ts';

const address = '192.168.0.200';
const log = '/var/log/keepalived-wai.log';
const own = [
  ...['/usr/lib/keepalived-wai', '/var/lib/keepalived-wai', '/run/keepalived-wai'],
  ...['/etc/keepalived-wai', '/etc/init.d/keepalived-wai', '/etc/logrotate.d/keepalived-wai', log],
];
const configuration = `vrrp_instance VI_1 {
  state MASTER
  interface eth0
  virtual_router_id 52
  priority 101
  virtual_ipaddress {
    ${address}/24
  }
}
`;

/** The machine's own is a link to systemctl. */
const sayRunlevel = `rm -f /sbin/runlevel
printf '#!/bin/sh\\necho N 2\\n' > /sbin/runlevel
chmod 755 /sbin/runlevel
`;

/**
 * The package on a server without systemd: its maintainer scripts, the init script and its log.
 * @param system the folder with its files, for sysvinit to boot: the machine's own, if not given
 */
export function tryWithoutSystemd(packages: BuiltPackages, system: string | undefined): void {
  describe('without systemd', { concurrency: false }, () => {
    let machine: BootedSystem;
    let server: InstalledServer;
    let browser: TextBrowser;
    let first: string;
    let later: string;
    let keepalivedPid: string;
    let password: string;

    const service = (action: string) => server.run('service', 'keepalived-wai', action);
    /** The page's main process, from where the init script keeps it. */
    const readPid = async () => (await server.read('/run/keepalived-wai.pid')).split('\n')[0] ?? '';
    const readKeepalivedPid = async () => (await server.read('/run/keepalived.pid')).trim();

    before(async () => {
      machine = await bootWithoutSystemd(system);
      server = await connectServer('server3', machine);
      // Without an init, nothing knows the runlevel, in which alone services are started.
      if (system === undefined) await server.shell(sayRunlevel);
      [first, later] = [server.insidePath(packages.first), server.insidePath(packages.later)];
      await server.write('/etc/keepalived/keepalived.conf', configuration);
      await server.run('service', 'keepalived', 'start');
      await eventually('the virtual IP', () => server.holds(address));
      keepalivedPid = await readKeepalivedPid();
    });
    after(() => machine.end());
    afterEach(async () => {
      assert.equal(await readKeepalivedPid(), keepalivedPid, 'keepalived was not touched');
      assert.ok(await server.holds(address), 'keepalived serves the virtual IP');
    });

    it('runs by its init script, also after a boot', async () => {
      const said = await server.run('dpkg', '--install', first);
      assert.match(said, /running \(pid \d+\), https:\/\/127\.0\.0\.1:9443/);
      assert.match(await service('status'), /running \(pid \d+\)/);
      const links = await server.shell('ls /etc/rc[2-5].d /etc/rc[016].d');
      assert.equal(links.match(/^S\d\dkeepalived-wai$/gm)?.length, 4, links);
      assert.equal(links.match(/^K\d\dkeepalived-wai$/gm)?.length, 3, links);

      const listen = `WAI_LISTEN=${server.address}:9443`;
      await server.shell('echo "$1" >> /etc/keepalived-wai/config.env', listen);
      await service('restart');
      await server.whenItAnswers();
      assert.match(await server.run('getent', 'passwd', 'keepalived-wai'), /nologin$/m);
      password = (await server.run('keepalived-wai', 'first-password')).trim();
      browser = new TextBrowser(server.url);
      await browser.open('/login');
      await browser.press('Log in', { username: 'admin', password });
      await browser.open('/account');
      const newPassword = 'a password of their own';
      const fields = { password, newPassword, repeatedPassword: newPassword };
      await browser.press('Change password', fields);
      password = newPassword;
      assert.match(await browser.open('/keepalived'), /Current State Active/);
    });

    it('goes on in its log when that is rotated, and keeps it secret', async () => {
      const before = await server.read(log);
      await server.run('logrotate', '--force', '/etc/logrotate.d/keepalived-wai');
      assert.equal(await server.read(log), '');
      assert.ok((await server.read(`${log}.1`)).startsWith(before.slice(0, 1000)));
      // A failed login is logged.
      const stranger = new TextBrowser(server.url);
      await stranger.open('/login');
      await stranger.press('Log in', { username: 'stranger', password: 'of nobody' });
      await eventually('a line in the file that is there now', async () =>
        /^(?:web: )?\{/.test(await server.read(log)),
      );
      const modes = await server.shell('stat --format=%a%U "$1" "$1.1"', log);
      assert.equal(modes, '600root\n600root\n');
      await server.run('logrotate', '--force', '/etc/logrotate.d/keepalived-wai');
      assert.ok(await server.exists(`${log}.2.gz`));
    });

    it('is not removed while a drill runs, and the drill goes on', async () => {
      await browser.open('/drill');
      await browser.press('Set up');
      await browser.press('Set up', { ownPassword: password });
      await browser.press('Move to standby');
      const label = browser.labelOf(/^Move to standby (now|anyway)$/);
      const drilling = browser.press(label);
      const pid = await readPid();
      const stop = `until grep -qs instanceName "$1"; do sleep 0.02; done; kill -STOP "$2"`;
      const record = '/var/lib/keepalived-wai/history/running-drill.jsonl';
      await server.shell(stop, record, pid);
      const refusal = await server.refuse('dpkg', '--remove', 'keepalived-wai');
      await server.run('kill', '-CONT', pid);
      assert.match(refusal, /a failover drill has not ended/);
      await drilling;
      assert.equal(await readPid(), pid, 'it is the same program');
    });

    it('is upgraded, and removed with its state kept', async () => {
      const pid = await readPid();
      await server.run('dpkg', '--install', later);
      await server.whenItAnswers();
      assert.notEqual(await readPid(), pid);
      await server.run('dpkg', '--remove', 'keepalived-wai');
      assert.ok(!(await server.exists(`/proc/${await readPid().catch(() => pid)}/exe`)));
      assert.ok(await server.exists('/var/lib/keepalived-wai/accounts.json'));
      // What cron does meanwhile must not complain.
      await server.run('logrotate', '--force', '/etc/logrotate.d/keepalived-wai');
    });

    it('leaves nothing of its own when it is purged', async () => {
      await server.run('dpkg', '--purge', 'keepalived-wai');
      const there = await Promise.all(own.map(async (path) => (await server.exists(path)) && path));
      assert.deepEqual(there.filter(Boolean), []);
      const left = await server.run('find', '/etc', '/var/log', '-name', '*keepalived-wai*');
      assert.equal(left, '');
    });
  });
}

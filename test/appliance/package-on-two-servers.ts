import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../lab/eventually.ts';
import { isAnswered } from '../lab/is-answered.ts';
import { bootSystemd } from './booted-systemd.ts';
import type { BootedSystem } from './booted-systemd.ts';
import type { BuiltPackages } from './built-packages.ts';
import { connectServer } from './installed-server.ts';
import type { InstalledServer } from './installed-server.ts';
import { createRandom } from './random-pairs.ts';
import { TextBrowser } from './text-browser.ts';

const library = '/usr/lib/keepalived-wai';
const state = '/var/lib/keepalived-wai';
const settings = '/etc/keepalived-wai/config.env';
const configPath = '/etc/keepalived/keepalived.conf';
const agent = 'keepalived-wai-agent.service';
const web = 'keepalived-wai.service';
const units = [agent, web];
const saves = 50;
/** Of so many saves the agent is killed during one, and the page during another. */
const savesPerKill = 6;
/** A save takes about so long. */
const latestKillMs = 800;
const virtualAddress = '192.168.0.100';
const runningDrill = `${state}/history/running-drill.jsonl`;
/** Not over a connection that the other server had. */
const whoAnswers = async () => {
  const options = { headers: { connection: 'close' } };
  return (await fetch(`http://${virtualAddress}:8080/healthcheck`, options)).text();
};
/** An administrator's: what is not named is dropped, advertisements too. */
const nftRules = `flush ruleset
table inet filter {
  chain input {
    type filter hook input priority filter; policy drop;
    iif "lo" accept
    ct state established,related accept
    meta l4proto { tcp, icmp } accept
  }
}
include "/etc/nftables.d/*.nft"
`;

/**
 * The package on two servers of one network, each with a systemd that booted: the manual, a firewall, a
 * drill, upgrades, kills, removal, purge.
 * @param system the folder with their files: the machine's own, if not given
 */
export function tryOnTwoServers(packages: BuiltPackages, system: string | undefined): void {
  describe('on two servers', { concurrency: false }, () => {
    let machines: BootedSystem[] = [];
    let server1: InstalledServer;
    let server2: InstalledServer;
    let browser1: TextBrowser;
    let browser2: TextBrowser;
    const passwords = new Map<InstalledServer, string>();
    /** Of keepalived, where it runs and must not be touched. */
    const daemons = new Map<InstalledServer, string>();

    before(async () => {
      machines = await Promise.all([bootSystemd(system), bootSystemd(system)]);
      const [machine1, machine2] = machines;
      assert.ok(machine1 && machine2);
      server1 = await connectServer('server1', machine1);
      server2 = await connectServer('server2', machine2);
      await server2.run('mkdir', '-p', '/etc/nftables.d');
    });
    after(() => Promise.all(machines.map((machine) => machine.end())));
    // Whatever was done to the package.
    afterEach(async () => {
      for (const [server, pid] of daemons) {
        assert.equal(await server.show('keepalived', 'MainPID'), pid, 'keepalived was not touched');
      }
    });

    const both = <Result>(act: (server: InstalledServer) => Promise<Result>) =>
      Promise.all([act(server1), act(server2)]);
    const apt = (server: InstalledServer, ...words: string[]) =>
      server.run('apt-get', '--yes', '--no-install-recommends', ...words);
    const haveAddress = (...expected: InstalledServer[]) =>
      eventually(
        `the address on ${expected.map(({ name }) => name).join() || 'nobody'}`,
        async () => {
          const holders = await both((server) => server.holds(virtualAddress));
          return [server1, server2].every(
            (one, index) => holders[index] === expected.includes(one),
          );
        },
      );
    const currentState = (browser: TextBrowser, expected: string) =>
      eventually(`${expected} on the page`, async () =>
        (await browser.open('/keepalived')).includes(`Current State ${expected}`),
      );

    async function assertRunning(server: InstalledServer): Promise<void> {
      await server.whenItAnswers();
      for (const unit of units) {
        assert.equal((await server.run('systemctl', 'is-enabled', unit)).trim(), 'enabled');
        assert.equal(await server.show(unit, 'ActiveState'), 'active');
        const pid = await server.show(unit, 'MainPID');
        const program = (await server.run('readlink', `/proc/${pid}/exe`)).trim();
        assert.equal(program, `${library}/node`);
      }
    }

    async function logIn(server: InstalledServer): Promise<TextBrowser> {
      await server.whenItAnswers();
      const browser = new TextBrowser(server.url);
      await browser.open('/login');
      const password = passwords.get(server) ?? '';
      const text = await browser.press('Log in', { username: 'admin', password });
      assert.match(text, /Log out/);
      return browser;
    }

    async function tryLogIn(server: InstalledServer): Promise<TextBrowser | undefined> {
      try {
        return await logIn(server);
      } catch {
        return undefined;
      }
    }

    /** By what the agent that runs has logged. */
    async function isIdle(server: InstalledServer): Promise<boolean> {
      const pid = await server.show(agent, 'MainPID');
      const log = await server.run('journalctl', '--output=cat', `_PID=${pid}`);
      const count = (outcome: RegExp) => log.match(outcome)?.length ?? 0;
      return (
        count(/"call":"saveConfiguration".*"outcome":"begins"/g) ===
        count(/"call":"saveConfiguration".*"outcome":"(?:done|failed)"/g)
      );
    }

    /** Saves the live file by the form of the editor. */
    async function save(browser: TextBrowser, text: string, more: Record<string, string> = {}) {
      await browser.open('/keepalived/edit');
      return browser.press('Save', { text, ...more });
    }

    it('is enabled and runs once it is installed', async () => {
      await both(async (server) => {
        await apt(server, 'install', server.insidePath(packages.first));
        assert.match(await server.run('keepalived-wai', '--version'), /^keepalived-wai \d/);
        assert.match(await server.run('getent', 'passwd', 'keepalived-wai'), /nologin$/m);
        const folder = await server.run('stat', '--format=%a %U %G', '/run/keepalived-wai');
        assert.equal(folder.trim(), '750 root keepalived-wai');
        for (const name of ['main', 'web']) {
          const cache = `${library}/build/${name}.cache`;
          assert.ok(await server.exists(cache), `${name} is compiled for a quick start`);
        }
        assert.equal(await server.run('dpkg', '--verify', 'keepalived-wai'), '');
        // It listens for this server only, until somebody says otherwise.
        const listeners = await server.run(
          'ss',
          '--tcp',
          '--listening',
          '--numeric',
          '--no-header',
        );
        assert.match(listeners, /127\.0\.0\.1:9443/);
        await server.shell('printf "WAI_LISTEN=%s:9443\n" "$1" >> "$2"', server.address, settings);
        await server.run('systemctl', 'restart', 'keepalived-wai-agent');
        await assertRunning(server);
      });
    });

    it('completes words in bash, and has a manual page', async () => {
      const completion = '/usr/share/bash-completion/completions/keepalived-wai';
      const script = `source ${completion}; COMP_WORDS=(keepalived-wai first-); COMP_CWORD=1; COMP_LINE='keepalived-wai first-' COMP_POINT=21
        $(complete -p keepalived-wai | sed 's/.*-F \\([^ ]*\\).*/\\1/') keepalived-wai first- keepalived-wai; echo "\${COMPREPLY[@]}"`;
      assert.match(await server1.run('bash', '-c', script), /^first-password\s*$/);
      const page = await server1.shell('zcat /usr/share/man/man8/keepalived-wai.8.gz');
      assert.match(page, /^\.TH .*keepalived/im);
      assert.match(page, /first.*password/);
    });

    /** The manual's section “Configure a server cluster”, word for word. */
    async function configure(server: InstalledServer, role: string): Promise<TextBrowser> {
      const password = (await server.run('keepalived-wai', 'first-password')).trim();
      passwords.set(server, password);
      const browser = await logIn(server);
      // Whatever is opened first.
      assert.match(await browser.open('/keepalived'), /Choose your own password/);
      const newPassword = 'a password of their own';
      const fields = { password, newPassword, repeatedPassword: newPassword };
      await browser.press('Change password', fields);
      passwords.set(server, newPassword);
      await browser.open('/keepalived');
      await browser.press(`Set Default ${role}`);
      await browser.press(`Set Default ${role}`);
      await browser.open('/keepalived');
      await browser.press('Edit Config Files');
      const text = browser
        .field('text')
        .replace(/(virtual_ipaddress\s*\{\s*)\S+/, `$1${virtualAddress}/24`);
      const saved = await browser.press('Save', { text });
      assert.match(saved, /saved/i);
      assert.equal(await server.read(configPath), text);
      assert.match(await browser.open('/keepalived'), /Virtual IP 192\.168\.0\.100/);
      await eventually('the healthcheck', async () =>
        (await browser.open('/keepalived')).includes('Healthcheck Status Connection OK'),
      );
      await browser.press('Start keepalived');
      return browser;
    }

    it('serves the manual: a master, a backup, and a failover', async () => {
      await both((server) =>
        server.run(
          ...['systemd-run', '--unit=gateway', `${library}/node`],
          ...[server.insidePath(`${process.cwd()}/test/lab/inside/gateway.mjs`), '200'],
        ),
      );
      browser1 = await configure(server1, 'Master');
      await currentState(browser1, 'Active');
      browser2 = await configure(server2, 'Backup');
      await currentState(browser2, 'Standby');
      await haveAddress(server1);
      assert.equal(await whoAnswers(), 'server1\n');

      await browser1.press('Stop keepalived');
      await haveAddress(server2);
      await currentState(browser2, 'Active');
      assert.equal(await whoAnswers(), 'server2\n');
      await browser1.open('/keepalived');
      await browser1.press('Start keepalived');
      await haveAddress(server1);
      await currentState(browser1, 'Active');

      await browser1.open('/boot');
      await browser1.press('Start On Boot', { service: 'keepalived' });
      assert.equal((await server1.run('systemctl', 'is-enabled', 'keepalived')).trim(), 'enabled');
      for (const server of [server1, server2]) {
        daemons.set(server, await server.show('keepalived', 'MainPID'));
      }
    });

    it('adds a rule to the firewall that lasts', async () => {
      await server2.write('/etc/nftables.conf', nftRules);
      await server2.run('systemctl', 'enable', '--now', 'nftables');
      await haveAddress(server1, server2);
      await browser2.open('/debug');
      await browser2.press('Check now');
      await eventually('the rule is offered', async () =>
        (await browser2.open('/debug')).includes('Add this rule'),
      );
      await browser2.press('Add this rule');
      await haveAddress(server1);
      await server2.run('systemctl', 'reload', 'nftables');
      const rules = await server2.run('nft', 'list', 'chain', 'inet', 'filter', 'input');
      assert.match(rules, /(vrrp|112).*accept.*keepalived-wai/, browser2.text);
      await haveAddress(server1);
      await currentState(browser2, 'Standby');
    });

    it('moves the address in a drill, and is not removed meanwhile', async () => {
      await browser1.open('/drill');
      assert.match(await browser1.press('Set up'), /Not saved yet: confirm/);
      const ownPassword = passwords.get(server1) ?? '';
      assert.match(
        await browser1.press('Set up', { ownPassword }),
        /keepalived is running with it/,
      );
      await browser1.press('Move to standby');
      const moving = browser1.press(browser1.labelOf(/^Move to standby (now|anyway)$/));
      // Stopped while it runs, the program cannot end it before the package asks.
      const stopDuringDrill = `until grep -qs instanceName "$1"; do sleep 0.02; done
        kill -STOP "$(systemctl show --value --property=MainPID "$2")"`;
      await server1.shell(stopDuringDrill, runningDrill, agent);
      const refusal = await server1.refuse('dpkg', '--remove', 'keepalived-wai');
      // Not started again either: that would break the drill off.
      await server1.run('systemctl', 'kill', '--signal=CONT', agent);
      assert.match(refusal, /a failover drill has not ended/);
      assert.match(await moving, /has taken 192\.168\.0\.100 after/);
      await haveAddress(server2);
      await browser1.open('/drill');
      await browser1.press('Back to normal');
      await browser1.press('Back to normal now');
      await haveAddress(server1);
    });

    it('takes its settings from the conffile, which an upgrade leaves as it is', async () => {
      const setting = 'WAI_SERVICES=keepalived cron';
      await server2.shell('echo "$1" >> "$2"', setting, settings);
      await server2.run('dpkg', '--install', server2.insidePath(packages.first));
      await assertRunning(server2);
      assert.ok((await server2.read(settings)).endsWith(`\n${setting}\n`));
      assert.match(await (await logIn(server2)).open('/boot'), /cron/);
    });

    describe('with a change that waits', () => {
      let before: string;
      const isRolledBack = async () => (await server2.read(configPath)) === before;

      it('refuses to be removed, and goes on with it after an upgrade', async () => {
        before = await server2.read(configPath);
        const waiting = before.replace('priority 100', 'priority 99');
        const goBack = { goBack: 'yes', goBackSeconds: '60' };
        await save(await logIn(server2), waiting, goBack);
        assert.equal(await server2.read(configPath), waiting);
        const refusal = await server2.refuse('apt-get', '--yes', 'remove', 'keepalived-wai');
        assert.match(refusal, /waits for its confirmation/);
        await apt(server2, 'install', server2.insidePath(packages.later));
        assert.match(await server2.run('dpkg-query', '--show', 'keepalived-wai'), /\+later$/m);
        await assertRunning(server2);
        if (await isRolledBack()) return;
        assert.match(
          await (await logIn(server2)).open('/keepalived/confirm'),
          /Keep this configuration|There is no change/,
        );
      });

      it(`meanwhile: ${saves} saves on the other server leave the old file or the new, whoever is killed`, () =>
        saveAndKill());

      it('rolls back what nobody confirms', async () => {
        await eventually('the version before', isRolledBack, { withinMs: 120_000 });
        await currentState(await logIn(server2), 'Standby');
      });
    });

    /** On the active server, with the agent or the page killed at random while it saves. */
    async function saveAndKill(): Promise<void> {
      const random = createRandom(11_062);
      // As shipped, they wait for two seconds.
      for (const unit of units) {
        await server1.write(`/run/systemd/system/${unit}.d/soon.conf`, '[Service]\nRestartSec=0\n');
      }
      await server1.run('systemctl', 'daemon-reload');
      const first = await server1.read(configPath);
      let live = first;
      let browser = await logIn(server1);
      const counts = { new: 0, old: 0 };
      for (let number = 1; number <= saves; number += 1) {
        const text = `# save ${number}\n${first.replace('priority 101', `priority ${101 + number}`)}`;
        const victim = units[number % savesPerKill];
        await browser.open('/keepalived/edit');
        const pid = victim === undefined ? '' : await server1.show(victim, 'MainPID');
        const saving = isAnswered(browser.press('Save', { text }));
        if (victim !== undefined) {
          await sleep(random(latestKillMs));
          await server1.run('kill', '-KILL', pid);
          await eventually('it is another process', async () => {
            const next = await server1.show(victim, 'MainPID');
            return next !== '0' && next !== pid;
          });
        }
        await saving;
        if (victim !== undefined) browser = await eventually('a login', () => tryLogIn(server1));
        await eventually('no save goes on in the agent', () => isIdle(server1));
        const now = await server1.read(configPath);
        assert.ok(now === text || now === live, `save ${number}: neither the old file nor the new`);
        if (victim === undefined) assert.equal(now, text, `save ${number}`);
        counts[now === text ? 'new' : 'old'] += 1;
        live = now;
        assert.ok(await server1.holds(virtualAddress), `save ${number}: the address is here`);
        assert.ok(!(await server2.holds(virtualAddress)), `save ${number}: and only here`);
      }
      assert.ok(counts.new > saves / 2 && counts.old > 0, JSON.stringify(counts));
      const left = (await server1.run('ls', dirname(configPath))).trim().split('\n');
      assert.deepEqual(
        left.filter((name) => /tmp|new|~/.test(name)),
        [],
        'nothing half is left',
      );
      const log = await server1.run('journalctl', '--output=cat', `--unit=${agent}`);
      assert.doesNotMatch(log, /damaged|"level":60/);
      assert.match(await browser.open('/keepalived'), /Current State Active/);
    }

    it('stays disabled and stopped over an upgrade', async () => {
      await server2.run('systemctl', 'disable', '--now', ...units);
      await server2.run('dpkg', '--install', server2.insidePath(packages.later));
      for (const unit of units) {
        assert.equal(await server2.show(unit, 'UnitFileState'), 'disabled');
        assert.equal(await server2.show(unit, 'ActiveState'), 'inactive');
      }
      await server2.run('systemctl', 'enable', '--now', ...units);
      await assertRunning(server2);
    });

    it('keeps its state when it is removed, and knows it when it is installed again', async () => {
      await apt(server2, 'remove', 'keepalived-wai');
      for (const unit of units) assert.equal(await server2.show(unit, 'LoadState'), 'masked');
      const there = [library, state, settings].map((path) => server2.exists(path));
      assert.deepEqual(await Promise.all(there), [false, true, true]);
      await apt(server2, 'install', server2.insidePath(packages.later));
      await assertRunning(server2);
      await logIn(server2);
    });

    it('leaves nothing of its own when it is purged, and keepalived as it is', async () => {
      await apt(server2, 'purge', 'keepalived-wai');
      const own = [library, state, settings, dirname(settings), '/run/keepalived-wai'];
      const there = await Promise.all(
        own.map(async (path) => (await server2.exists(path)) && path),
      );
      assert.deepEqual(there.filter(Boolean), []);
      for (const unit of units) assert.equal(await server2.show(unit, 'LoadState'), 'not-found');
      const places = ['/etc', '/usr', '/var/lib/systemd', '/var/log', '/var/cache'];
      const left = await server2.run(
        'find',
        ...places,
        '-name',
        '*keepalived-wai*',
        '-not',
        '-name',
        '*.nft',
      );
      assert.equal(left, '');
      assert.doesNotMatch(await apt(server2, '--simulate', 'autoremove'), /Remv keepalived/);
      assert.equal(await server2.show('keepalived', 'ActiveState'), 'active');
      await haveAddress(server1);
    });
  });
}

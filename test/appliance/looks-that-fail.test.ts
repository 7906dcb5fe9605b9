/** What could not be looked at is never told as absent, empty or harmless, whatever was in the way. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { lookUpOwnName } from '../../server/appliance/host.ts';
import { createJournalLog } from '../../server/appliance/logs/journal-log.ts';
import { probeAddress } from '../../server/appliance/network/address-probe.ts';
import { askForAddress } from '../../server/appliance/network/ask-for-address.ts';
import { readDefaultRoutes, readNetwork } from '../../server/appliance/network/network.ts';
import { runScript } from '../../server/appliance/scripts/script-run.ts';
import { chkconfig } from '../../server/appliance/services/boot-tools/chkconfig.ts';
import { systemctl } from '../../server/appliance/services/boot-tools/systemctl.ts';
import { createSystemd } from '../../server/appliance/services/service-managers/systemd.ts';
import { createSysv } from '../../server/appliance/services/service-managers/sysv.ts';
import { UnseenError, undefinedIfAbsent } from '../../server/appliance/unseen-error.ts';
import { programWords } from '../program-words.ts';
import { mountTmpfs } from './private-keepalived.ts';
import { inPrivateNamespaces } from './private-namespaces.ts';

const fakes = '/usr/local/sbin';
const readDaemon = () => Promise.resolve({ state: 'unknown' as const, reason: 'not asked' });
const script = {
  ...{ scriptName: 'chk', command: ['/usr/bin/true'], timeoutMs: 5000 },
  ...{ userName: 'daemon', hasScriptSecurity: false },
};

/** Each asks one program, and says whether something is known. */
const readers: [program: string, what: string, ask: () => Promise<unknown>][] = [
  ['ip', 'addresses', readNetwork],
  ['ip', 'routes', readDefaultRoutes],
  ['ip', 'who answers for an address', () => askForAddress('lo', '10.9.0.100')],
  ['getent', 'whether a name server answers', lookUpOwnName],
  ['arping', 'who has an address', () => probeAddress('lo', '10.9.0.100')],
  ['systemctl', 'start at boot', () => systemctl.read('looked')],
  ['systemctl', 'whether it runs', () => createSystemd(readDaemon).isRunning('looked')],
  ['chkconfig', 'start at boot', () => chkconfig.read('looked')],
  ['service', 'whether it runs', () => createSysv(readDaemon).isRunning('looked')],
  ['journalctl', 'the log', () => createJournalLog().read({ limit: 10 })],
  ['id', 'a user', () => runScript(script)],
];

/** How a program lets its caller down. */
const failures: [how: string, text: string, words: RegExp][] = [
  ['is killed', 'kill -KILL $$', /SIGKILL|holds nothing that can be read/],
  [
    'is killed after half of it',
    'printf \'[{"ifname":"lo"\'; kill -KILL $$',
    /SIGKILL|holds nothing/,
  ],
  ['prints half of it and ends well', 'printf enab', /does not understand|“enab”|enab/],
  ['cannot be run', '', /could not be started: permission denied|permission denied|Can’t/],
];

/** Here the exit code is the answer, or each line is one. */
const hasNoHalf = new Set(['chkconfig', 'service', 'journalctl', 'getent']);

/** What says that something is known, in the answers of all readers. */
const isKnown = /"known":true|"ok":true|"kind":"(?:exited|answered|silent)"/;

function defineTests(): void {
  before(() => {
    for (const folder of [fakes, '/opt', '/etc/init.d', '/var/log', '/etc/keepalived']) {
      mountTmpfs(folder);
    }
    mkdirSync('/opt/looked');
    writeFileSync('/opt/looked/check', '#!/bin/sh\n', { mode: 0o755 });
    writeFileSync('/etc/init.d/looked', '#!/bin/sh\nexit 3\n', { mode: 0o755 });
    writeFileSync('/var/log/messages', 'Jan  1 00:00:00 here Keepalived[1]: Starting\n');
    writeFileSync('/var/log/messages.1', 'Jan  1 00:00:00 here Keepalived[1]: Before\n');
    writeFileSync('/etc/keepalived/keepalived.conf', 'include extra/*.conf\n');
    mkdirSync('/etc/keepalived/extra');
    writeFileSync('/etc/keepalived/extra/a.conf', 'vrrp_instance VI_1 {\n}\n');
    // Last of all: mount and the like are looked for there too.
    for (const folder of ['/etc/systemd/system', '/etc/iptables']) mountTmpfs(folder);
    writeFileSync('/etc/iptables/rules.v4', '*filter\nCOMMIT\n');
    execFileSync('touch', ['/etc/nftables.conf']);
  });

  for (const [how, text, words] of failures) {
    for (const [program, what, ask] of readers) {
      if (how.includes('ends well') && hasNoHalf.has(program)) continue;
      it(`${program} ${how}: ${what} is not known, and the reason is reported`, async () => {
        const path = `${fakes}/${program}`;
        writeFileSync(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
        // Of a folder of that name the kernel says EACCES, and looks no further.
        if (text === '') {
          execFileSync('rm', [path]);
          mkdirSync(path);
        }
        const answer = JSON.stringify(await ask());
        execFileSync('rm', ['-r', path]);
        // The other folders of the path hold the real one, which execvp(3) goes on to.
        if (text === '' && isKnown.test(answer)) return;
        assert.doesNotMatch(answer, isKnown);
        if (text !== '') assert.match(answer, words);
      });
    }
  }

  it('a program that is missing is called so', async () => {
    for (const setting of [await chkconfig.read('looked')]) {
      assert.ok(!setting.known);
      assert.equal(setting.reason, 'The program `chkconfig` is missing.');
    }
  });

  for (const code of ['EMFILE', 'EACCES', 'EIO', 'ETIMEDOUT', 'ESTALE', 'ELOOP', 'ENOMEM']) {
    it(`${code} is never “absent”`, async () => {
      const fail = () => Promise.reject(Object.assign(new Error(code), { code }));
      await assert.rejects(undefinedIfAbsent('It', fail), (error) => {
        assert.ok(error instanceof UnseenError);
        assert.match(error.message, /^It cannot be looked at: \S/);
        return true;
      });
    });
  }
  for (const code of ['ENOENT', 'ESRCH', 'ENOTDIR']) {
    it(`${code} is “absent”`, async () => {
      const fail = (): Promise<unknown> => Promise.reject(Object.assign(new Error(code), { code }));
      assert.equal(await undefinedIfAbsent('It', fail), undefined);
    });
  }

  const askAll = (wrapper: string[], mode: string): Record<string, unknown> => {
    const [file, ...rest] = [
      ...[...wrapper, process.execPath],
      ...programWords('test/appliance/inside/look-at-everything.ts'),
      mode,
    ];
    return JSON.parse(execFileSync(file, rest, { encoding: 'utf8' })) as Record<string, unknown>;
  };
  const assertSaid = (answers: Record<string, unknown>, name: string, words: RegExp): void => {
    assert.match(JSON.stringify(answers[name]), words, name);
  };

  it('a program without a file descriptor left says of each thing that it cannot tell', () => {
    const answers = askAll(['prlimit', '--nofile=256'], 'no-descriptor');
    const left = /no file descriptor left/;
    for (const name of ['network', 'routes', 'liveFile', 'log', 'firewall', 'script']) {
      assertSaid(answers, name, left);
    }
    for (const name of ['kernel', 'nftLasts', 'iptablesLasts', 'runsBySystemd', 'runsByScript']) {
      assertSaid(answers, name, left);
    }
    for (const name of ['test', 'description', 'startsAtBoot']) assertSaid(answers, name, left);
    assertSaid(answers, 'network', /"ok":false/);
    assertSaid(answers, 'routes', /"ok":false/);
    assertSaid(answers, 'startsAtBoot', /"known":false/);
    assertSaid(answers, 'nftLasts', /"lasts":false/);
    assertSaid(answers, 'iptablesLasts', /"lasts":false/);
    assertSaid(answers, 'test', /"ran":false/);
  });

  it('another user, who may not look, says so, and takes nothing for absent', () => {
    const closed = ['/opt/looked', '/etc/keepalived', '/etc/systemd/system', '/etc/init.d'];
    for (const folder of [...closed, '/etc/iptables']) chmodSync(folder, 0o700);
    // May be opened, but not listed.
    chmodSync('/var/log', 0o711);
    chmodSync('/etc/nftables.conf', 0o600);
    const answers = askAll([], 'nobody');
    const denied = /permission denied/;
    for (const name of ['program', 'files', 'description', 'runsByScript']) {
      assertSaid(answers, name, denied);
    }
    for (const name of ['nftLasts', 'iptablesLasts', 'startsAtBoot', 'log']) {
      assertSaid(answers, name, denied);
    }
    assertSaid(answers, 'program', /"known":false/);
    assertSaid(answers, 'liveFile', /EACCES|permission denied/);
    assertSaid(answers, 'log', /"reachedStart":false/);
    assertSaid(answers, 'test', /"ran":false.*as root/);
  });

  it('a datagram that cannot be sent asked nobody', async () => {
    // This network namespace has no route at all.
    const answer = await askForAddress('lo', '10.9.0.100');
    assert.equal(answer.kind, 'unseen', JSON.stringify(answer));
    assert.match(answer.reason, /^Could not probe the network for 10\.9\.0\.100: ENETUNREACH/);
  });

  it('an address on an interface that is not there is not known', async () => {
    const answer = await askForAddress('eth9', '10.9.0.100');
    assert.equal(answer.kind, 'unseen', JSON.stringify(answer));
    assert.match(answer.reason, /eth9/);
  });

  it('a name that is looked up is answered', async () => {
    assert.deepEqual(await lookUpOwnName(), { kind: 'answered' });
  });
}

if (inPrivateNamespaces(import.meta.url)) describe('looks that fail', defineTests);

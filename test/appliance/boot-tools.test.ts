import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, before, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { BootTool } from '../../server/appliance/services/boot-tools/boot-tool.ts';
import { chkconfig } from '../../server/appliance/services/boot-tools/chkconfig.ts';
import { findBootTool } from '../../server/appliance/services/boot-tools/find-boot-tool.ts';
import { systemctl } from '../../server/appliance/services/boot-tools/systemctl.ts';
import { updateRcD } from '../../server/appliance/services/boot-tools/update-rc-d.ts';
import { layOver, mountTmpfs } from './private-keepalived.ts';
import { inPrivateNamespaces } from './private-namespaces.ts';

const wantsLink = '/etc/systemd/system/multi-user.target.wants/keepalived.service';
const standIns = fileURLToPath(new URL('../fixtures/bin', import.meta.url));

const unitLinks = () => existsSync(wantsLink);
const rcLinks = (runlevel: number, name = 'keepalived') =>
  readdirSync(`/etc/rc${runlevel}.d`).filter((link) => link.endsWith(name));

function bindStandIns(): void {
  execFileSync('mount', ['--bind', standIns, '/usr/local/sbin']);
}

/** An init script of our own: `update-rc.d` and `chkconfig` know it, systemd has no unit for it. */
function writeInitScript(): void {
  writeFileSync(
    '/etc/init.d/gateway',
    `#!/bin/sh
### BEGIN INIT INFO
# Provides:          gateway
# Required-Start:    $network
# Required-Stop:     $network
# Default-Start:     2 3 4 5
# Default-Stop:      0 1 6
# Short-Description: The gateway
### END INIT INFO
`,
    { mode: 0o755 },
  );
}

async function assertEnabled(tool: BootTool, service: string, enabled: boolean, name: string) {
  assert.deepEqual(await tool.read(service), { known: true, enabled, tool: name });
}

function defineTests(): void {
  before(() => {
    mountTmpfs('/run');
  });
  beforeEach(() => {
    layOver(['/etc', '/var/lib']);
  });
  afterEach(() => {
    for (const folder of ['/etc', '/var/lib', '/mnt']) execFileSync('umount', [folder]);
  });

  it('systemctl: enables, reads and disables a unit', async () => {
    const enabled = await systemctl.set('keepalived', true);
    assert.deepEqual(
      [enabled.result, enabled.command],
      ['ok', 'systemctl enable -- keepalived.service'],
    );
    assert.equal(unitLinks(), true);
    await assertEnabled(systemctl, 'keepalived', true, 'systemctl');
    assert.equal((await systemctl.set('keepalived', false)).result, 'ok');
    assert.equal(unitLinks(), false);
    await assertEnabled(systemctl, 'keepalived', false, 'systemctl');
  });

  it('systemctl: a masked unit does not start, and cannot be enabled', async () => {
    execFileSync('systemctl', ['mask', 'keepalived.service'], { stdio: 'ignore' });
    await assertEnabled(systemctl, 'keepalived', false, 'systemctl');
    const report = await systemctl.set('keepalived', true);
    assert.equal(report.result, 'exited');
    assert.match(report.output, /masked/);
  });

  it('systemctl: says what it does not know', async () => {
    const unknown = await systemctl.read('no-such-service');
    assert.ok(!unknown.known);
    assert.match(unknown.reason, /no-such-service/);
    const fixed = await systemctl.read('systemd-journald');
    assert.ok(!fixed.known);
    assert.match(fixed.reason, /“static”/);
    const report = await systemctl.set('no-such-service', true);
    assert.equal(report.result, 'exited');
    assert.match(report.output, /no-such-service/);
  });

  it('update-rc.d: enables, reads and disables an init script', async () => {
    await updateRcD.set('keepalived', false);
    await assertEnabled(updateRcD, 'keepalived', false, 'update-rc.d');
    const enabled = await updateRcD.set('keepalived', true);
    assert.deepEqual([enabled.result, enabled.command], ['ok', 'update-rc.d keepalived enable']);
    assert.match(rcLinks(3).join(), /^S\d\dkeepalived$/);
    await assertEnabled(updateRcD, 'keepalived', true, 'update-rc.d');
    assert.equal((await updateRcD.set('keepalived', false)).result, 'ok');
    assert.match(rcLinks(3).join(), /^K\d\dkeepalived$/);
    await assertEnabled(updateRcD, 'keepalived', false, 'update-rc.d');
  });

  it('update-rc.d: takes in a script that has no links yet', async () => {
    writeInitScript();
    await assertEnabled(updateRcD, 'gateway', false, 'update-rc.d');
    const report = await updateRcD.set('gateway', true);
    assert.equal(report.result, 'ok', report.output);
    assert.match(rcLinks(5, 'gateway').join(), /^S/);
    await assertEnabled(updateRcD, 'gateway', true, 'update-rc.d');
    const unknown = await updateRcD.read('no-such-service');
    assert.deepEqual(unknown, {
      known: false,
      reason: '/etc/init.d/no-such-service does not exist.',
    });
    assert.equal((await updateRcD.set('no-such-service', true)).result, 'exited');
  });

  it('chkconfig: enables, reads and disables an init script', async () => {
    bindStandIns();
    const enabled = await chkconfig.set('keepalived', true);
    assert.deepEqual(enabled, {
      command: 'chkconfig keepalived on',
      result: 'ok',
      exitCode: 0,
      output: '',
    });
    await assertEnabled(chkconfig, 'keepalived', true, 'chkconfig');
    assert.equal((await chkconfig.set('keepalived', false)).result, 'ok');
    await assertEnabled(chkconfig, 'keepalived', false, 'chkconfig');
    const unknown = await chkconfig.read('no-such-service');
    assert.deepEqual(unknown, {
      known: false,
      reason:
        '`chkconfig --list no-such-service` failed: error reading information on service no-such-service: No such file or directory',
    });
    assert.equal((await chkconfig.set('no-such-service', true)).result, 'exited');
    execFileSync('umount', ['/usr/local/sbin']);
  });

  it('chkconfig: understands the answers that it forwards from systemd', async () => {
    bindStandIns();
    mkdirSync('/run/systemd/system', { recursive: true });
    const enabled = await chkconfig.set('keepalived', true);
    assert.equal(enabled.result, 'ok', enabled.output);
    assert.match(enabled.output, /Forwarding request/);
    assert.equal(unitLinks(), true);
    await assertEnabled(chkconfig, 'keepalived', true, 'chkconfig');
    await chkconfig.set('keepalived', false);
    assert.equal(unitLinks(), false);
    await assertEnabled(chkconfig, 'keepalived', false, 'chkconfig');
    rmSync('/run/systemd', { recursive: true });
    execFileSync('umount', ['/usr/local/sbin']);
  });

  it('auto: systemd for native units, else chkconfig, else update-rc.d', async () => {
    const toolOf = async (service: string) => {
      const setting = await findBootTool('auto').read(service);
      return setting.known ? setting.tool : setting.reason;
    };
    writeInitScript();
    assert.equal(await toolOf('keepalived'), 'systemctl');
    assert.equal(await toolOf('gateway'), 'update-rc.d');
    bindStandIns();
    assert.equal(await toolOf('keepalived'), 'systemctl');
    assert.equal(await toolOf('gateway'), 'chkconfig');
    const report = await findBootTool('auto').set('gateway', true);
    assert.equal(report.command, 'chkconfig gateway on');
    execFileSync('umount', ['/usr/local/sbin']);
  });

  it('takes the tool that the settings name', async () => {
    await assertEnabled(findBootTool('update-rc.d'), 'keepalived', rcIsOn(), 'update-rc.d');
    const missing = await findBootTool('chkconfig').read('keepalived');
    assert.ok(!missing.known);
    assert.match(missing.reason, /chkconfig/);
    assert.equal((await findBootTool('chkconfig').set('keepalived', true)).result, 'notFound');
  });

  it('refuses names that are options or paths, and runs none of them', async () => {
    for (const tool of [chkconfig, systemctl, updateRcD]) {
      for (const name of ['--help', '../x', 'a/b', '', 'a b', '$(id)']) {
        await assert.rejects(() => tool.read(name), TypeError);
        await assert.rejects(() => tool.set(name, true), TypeError);
      }
    }
  });
}

function rcIsOn(): boolean {
  return rcLinks(3).some((link) => link.startsWith('S'));
}

if (inPrivateNamespaces(import.meta.url)) describe('boot tools', defineTests);

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import type { CommandReport, ServiceReport } from '../../server/appliance/appliance.ts';
import { createDaemonReader } from '../../server/appliance/daemon/daemon-process.ts';
import type { DaemonProcess, RuntimeReport } from '../../server/keepalived/proof/evidence.ts';
import { programWords } from '../program-words.ts';
import {
  createDaemons,
  goodConfiguration,
  holdsAddress,
  pidPath,
  preparePrivateMachine,
  writeConfiguration,
} from './private-keepalived.ts';
import { inPrivateNamespaces } from './private-namespaces.ts';

interface Seen {
  missingRights?: string;
  daemon: DaemonProcess;
  runtime: RuntimeReport;
  services: ServiceReport[];
  started: CommandReport;
  stopped: CommandReport;
}

/** How a program is kept from looking, and what is said of it. */
const cases: [what: string, wrapper: string[], mode: string, reason: RegExp][] = [
  ['another user', [], 'nobody', /permission denied: run this program as root/],
  [
    'another user where /proc hides processes (hidepid)',
    ['unshare', '--mount', '--propagation=private', 'sh', '-c', hideProcesses(), 'sh'],
    'nobody',
    /exists, but \/proc hides it/,
  ],
  [
    'root without CAP_SYS_PTRACE',
    ['setpriv', '--bounding-set=-sys_ptrace', '--inh-caps=-sys_ptrace'],
    'as-is',
    /permission denied.*CAP_SYS_PTRACE/,
  ],
  [
    'a program without a file descriptor left',
    ['prlimit', '--nofile=200'],
    'no-descriptor',
    /no file descriptor left/,
  ],
];

function hideProcesses(): string {
  return 'mount -t proc -o hidepid=2 proc /proc && exec "$@"';
}

function defineTests(): void {
  const { serve, endAll } = createDaemons();

  before(async () => {
    preparePrivateMachine();
    writeConfiguration(goodConfiguration);
    await serve();
  });
  after(endAll);

  for (const [what, wrapper, mode, reason] of cases) {
    it(`${what} does not say that keepalived does not run, and neither starts nor stops it`, () => {
      const program = programWords('test/appliance/inside/look-without-rights.ts');
      const words = [...wrapper, process.execPath, ...program, mode];
      const [file = '', ...rest] = words;
      const seen = JSON.parse(execFileSync(file, rest, { encoding: 'utf8' })) as Seen;
      assert.ok(seen.daemon.state === 'unknown', JSON.stringify(seen.daemon));
      assert.match(seen.daemon.reason, reason);
      assert.equal(
        seen.missingRights?.includes('does not run as root') ?? false,
        mode === 'nobody',
      );
      assert.ok(!seen.runtime.ok);
      assert.match(seen.runtime.reason, /^Can’t tell whether keepalived is running: /);
      assert.equal(seen.services[0]?.running.known, false);
      for (const report of [seen.started, seen.stopped]) {
        assert.equal(report.result, 'exited');
        assert.match(report.output, /^Can’t tell whether keepalived is running: /);
      }
      assert.ok(holdsAddress(), 'it serves on');
    });
  }

  it('says absent only of what is absent: not of a pid file that cannot be read', async () => {
    const text = readFileSync(pidPath, 'utf8');
    rmSync(pidPath);
    execFileSync('mkdir', [pidPath]);
    const unread = await createDaemonReader(pidPath)();
    rmSync(pidPath, { recursive: true });
    writeFileSync(pidPath, text);
    chmodSync(pidPath, 0o644);
    assert.ok(unread.state === 'unknown', JSON.stringify(unread));
    assert.match(unread.reason, /keepalived\.pid cannot be looked at: EISDIR/);
  });
}

if (inPrivateNamespaces(import.meta.url)) describe('who cannot look', defineTests);

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parseLogLine } from '../../../../../server/keepalived/runtime/log/log-lines.ts';
import { readReloadLog } from '../../../../../server/keepalived/runtime/log/reload-log.ts';

const pids = { pid: 100, childPids: [101] };
const read = (...lines: string[]) =>
  readReloadLog(
    lines.map((line) => parseLogLine(`Nov 24 14:22:15 server1 ${line}`, Date.now())),
    pids,
  );

describe('the log of a reload', () => {
  it('says when it is over', () => {
    assert.equal(read('Keepalived[100]: Reloading ...').complete, false);
    const log = read('Keepalived[100]: Reloading ...', 'Keepalived[100]: Reload complete');
    assert.equal(log.complete, true);
    assert.equal(log.configurationError, undefined);
  });

  it('is that of one keepalived among several', () => {
    const log = read(
      'Keepalived[200]: Reload complete',
      'Keepalived_vrrp[201]: Non-existent interface specified in configuration',
    );
    assert.deepEqual([log.complete, log.configurationError], [false, undefined]);
  });

  it('names the first error, without a password', () => {
    const line = (text: string) => `Keepalived_vrrp[101]: (/etc/keepalived/k.conf: Line 9) ${text}`;
    assert.equal(read(line('Truncating auth_pass to 8 characters')).configurationError, undefined);
    const error = read(line("Unknown keyword 'auth_passs3cr3t'")).configurationError;
    assert.match(
      error ?? '',
      /^Unknown keyword 'auth_pass…' \(line 9 of \/etc\/keepalived\/k\.conf\)$/,
    );
    assert.doesNotMatch(error ?? '', /s3cr3t/);
  });

  it('quotes the last complaint of a process that ended, also of one that came with it', () => {
    const log = read(
      'Keepalived[100]: Starting Healthcheck child process, pid=102',
      'Keepalived_healthcheckers[102]: Initializing ipvs',
      "Keepalived_healthcheckers[102]: IPVS: Can't initialize ipvs: No such file or directory",
      'Keepalived_healthcheckers[102]: Shutting down service [10.9.0.9]:tcp:80 from VS [10.9.0.100]:tcp:80',
      'Keepalived_healthcheckers[102]: Stopped - used (self/children) 0.000000/0.002532 user time',
      'Keepalived[100]: pid 102 exited with permanent error FATAL. Terminating',
      'Keepalived[100]: Stopped Keepalived v2.2.7 (01/16,2022)',
    );
    assert.equal(log.fatalLine, "IPVS: Can't initialize ipvs: No such file or directory");
  });

  it('quotes the end itself where the process said nothing', () => {
    const line = 'pid 101 exited due to signal 9 (Killed) - has rlimit_rttime been exceeded?';
    const log = read(`Keepalived[100]: ${line}`, 'Keepalived[100]: VRRP child process(101) died');
    assert.equal(log.fatalLine, line);
    assert.equal(read('Keepalived[100]: Reload complete').fatalLine, undefined);
  });

  it('tells of scripts and of a FAULT’s cause', () => {
    const log = read(
      'Keepalived_vrrp[101]: VRRP_Script(good) succeeded',
      'Keepalived_vrrp[101]: Script `bad` now returning 1',
      'Keepalived_vrrp[101]: VRRP_Script(bad) failed (exited with status 1)',
      'Keepalived_vrrp[101]: (VI_1) Entering FAULT STATE',
    );
    assert.deepEqual(
      [...log.scripts],
      [
        ['good', 'good'],
        ['bad', 'bad'],
      ],
    );
    assert.equal(log.faultCause, 'VRRP_Script(bad) failed (exited with status 1)');
    const unicast = read('Keepalived_vrrp[101]: bind unicast_src 10.9.0.7 failed 99 - Cannot');
    assert.deepEqual(
      [unicast.configurationError, unicast.faultCause],
      [undefined, 'bind unicast_src 10.9.0.7 failed 99 - Cannot'],
    );
  });

  it('takes a script that is disabled for no cause of a FAULT', () => {
    const log = read(
      'Keepalived_vrrp[101]: Disabling track script chk since not found/accessible',
      'Keepalived_vrrp[101]: (VI_1) Entering FAULT STATE',
    );
    assert.equal(log.faultCause, undefined);
    assert.deepEqual([...log.scripts], [['chk', 'not-run']]);
  });

  /** What was recorded of reloads of broken files, and whether the log alone gives each away. */
  const recorded = readFileSync(
    new URL('../../../../fixtures/evidence/reload-broken-2.2.7.txt', import.meta.url),
    'utf8',
  );
  const silent = ['unchanged', 'empty config', 'executable file'];
  for (const part of recorded.split(/^=== reload: /m).slice(1)) {
    const [title = '', ...lines] = part.split('\n');
    it(`recorded: ${title}: ${silent.includes(title) ? 'silent' : 'an error'}`, () => {
      const log = lines.filter((line) => line.startsWith('Keepalived'));
      const numbers = log.map((line) => Number(/\[(\d+)\]/.exec(line)?.[1]));
      const found = readReloadLog(
        log.map((line) => parseLogLine(`Nov 24 14:22:15 server1 ${line}`, Date.now())),
        { pid: numbers[0] ?? 0, childPids: numbers },
      );
      assert.equal(found.configurationError !== undefined, !silent.includes(title), part);
    });
  }
});

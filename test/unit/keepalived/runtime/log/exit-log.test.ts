import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readExitLog } from '../../../../../server/keepalived/runtime/log/exit-log.ts';
import { parseLogLine } from '../../../../../server/keepalived/runtime/log/log-lines.ts';

const read = (...lines: string[]) =>
  readExitLog(
    lines.map((line) => parseLogLine(`Nov 24 14:22:15 server1 ${line}`, Date.now())),
    100,
  );

describe('how keepalived ended, by its log', () => {
  it('was stopped in order', () => {
    assert.equal(
      read('Keepalived[100]: Stopping', 'Keepalived_vrrp[101]: (VI_1) sent 0 priority'),
      'stopped',
    );
  });

  it('failed, as a process of it did', () => {
    assert.equal(
      read(
        'Keepalived_vrrp[101]: Stopped - used 0.001147 user time, 0.000000 system time',
        'Keepalived[100]: pid 101 exited with permanent error CONFIG. Terminating',
        'Keepalived[100]: Stopped Keepalived v2.2.7 (01/16,2022)',
      ),
      'failed',
    );
  });

  it('is not known of another keepalived’s words, or of none', () => {
    assert.equal(read('Keepalived[200]: Stopping'), undefined);
    assert.equal(read('Keepalived[100]: Reloading ...'), undefined);
  });
});

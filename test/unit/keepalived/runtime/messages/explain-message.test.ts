import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { explainMessage } from '../../../../../server/keepalived/runtime/messages/explain-message.ts';
import { messageCatalogue } from '../../../../../server/keepalived/runtime/messages/message-catalogue.ts';
import { measureCpuMs } from '../../../../cpu-time.ts';

const logFolder = new URL('../../../../fixtures/evidence/logs/', import.meta.url);

/** The messages recorded from two real servers; the recording cut them after 60 characters or more. */
function recordedMessages(): { scenario: string; message: string }[] {
  return readdirSync(logFolder)
    .filter((name) => name.endsWith('.txt'))
    .flatMap((name) => {
      let scenario = '';
      return readFileSync(new URL(name, logFolder), 'utf8')
        .split('\n')
        .flatMap((line) => {
          scenario = /^##### (.+)/.exec(line)?.[1] ?? scenario;
          const message = / Keepalived\w*\[\d+\]: (.*)$/.exec(line)?.[1];
          return message === undefined ? [] : [{ scenario, message }];
        });
    });
}

/** What happens beside the point in those scenarios; nothing to explain. */
const unexplained = [
  /^\(VI_1\) Strict mode does not support authentication/,
  /^use_vmac or no_accept\/strict specified, but no firewall configured/,
  /^\(VI_1\) (?:setting|removing) firewall drop rule$/,
  /^Deassigned address/,
];

describe('the catalogue', () => {
  it('explains every message of the recorded scenarios', () => {
    const messages = recordedMessages();
    assert.ok(messages.length > 150);
    for (const { scenario, message } of messages) {
      const known = unexplained.some((pattern) => pattern.test(message));
      assert.equal(explainMessage(message) === undefined, known, `${scenario}: ${message}`);
    }
  });

  it('has an id only once, and sentences', () => {
    const ids = messageCatalogue.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    for (const { explanation, whatToDo = 'None.' } of messageCatalogue) {
      assert.match(explanation, /^[A-Za-z].+\.$/);
      assert.match(whatToDo, /^[A-Z].+\.$/);
    }
  });

  it('knows every mismatch by both wordings', () => {
    for (const [id, ...messages] of [
      [
        'password-mismatch',
        '(VI_1) received an invalid passwd!',
        '(VI_1) received an invalid passwd from 10.9.0.1!',
      ],
      [
        'authentication-mismatch',
        '(VI_1) received a 0 auth, expecting 1!',
        '(VI_1) received a 0 auth from 10.9.0.2, expecting 1!',
      ],
      [
        'advert-interval-mismatch',
        "(VI_1) advertisement interval mismatch mine=3 sec rcv'd=1 sec",
        "(VI_1) advertisement interval mismatch with 10.9.0.1 mine=3 sec rcv'd=1 sec",
      ],
      [
        'address-count-mismatch',
        '(VI_1) received an unexpected ip number count 2, expected 1!',
        '(VI_1) expected 1 VIPs but received 2',
      ],
      [
        'address-missing',
        '(VI_1) ip address associated with VRID 51 not present in MASTER advert: 10.9.0.105',
        '(VI_1) ip address associated with VRID 51 not present in advert from 10.9.0.1: 10.9.0.105',
      ],
      [
        'version-mismatch',
        '(VI_1) wrong version. Received 3 and expect 2',
        '(VI_1) wrong VRRP version from 10.9.0.1. Received 3 and expect 2',
      ],
      ['unknown-virtual-router-id', 'Unknown VRID(77) received on interface(eth0). ignoring...'],
      [
        'same-priority-higher-address',
        '(VI_1) Master received advert from 10.9.0.2 with same priority 100 but higher IP address than ours',
      ],
      [
        'both-address-owner',
        '(VI_1) CONFIGURATION ERROR: local instance and a remote instance are both configured as address owner, please fix - keeping local instance as MASTER',
      ],
      [
        'lower-priority-new-election',
        '(VI_1) Received advert from 10.9.0.2 with lower priority 100, ours 150, forcing new election',
      ],
      ['time-to-live', '(VI_1) invalid TTL/HL. Received 64 and expect 255'],
      ['checksum', '(VI_1) Invalid VRRPv2 checksum'],
      ['send-failed', '(VI_1): send advert error 1 (Operation not permitted)'],
      ['interface-change', 'Netlink reports eth0 down'],
      ['script-exit-code', 'Script `chk` now returning 3'],
      [
        'script-result',
        'VRRP_Script(chk) failed (exited with status 3)',
        'VRRP_Script(chk) timed_out',
      ],
      ['fault-reason', '(VI_1): entering FAULT state (src address not configured)'],
      [
        'unicast-source-not-local',
        'bind unicast_src 10.9.0.77 failed 99 - Cannot assign requested address',
      ],
      [
        'script-disabled',
        'Script /nonexistent/notify.sh cannot be accessed - No such file or directory',
      ],
      ['configuration-fatal', '(VI_1) the virtual router id must be set'],
      ['duplicate-virtual-router-id', 'VI_1 and VI_2 both use VRID 51 with IPv4 on interface eth0'],
      ['child-died', 'pid 4508 exited with permanent error CONFIG. Terminating'],
      [
        'address-not-permitted',
        'Netlink: error: Operation not permitted(1), type=RTM_NEWADDR(20), seq=1795527094, pid=0',
      ],
      [
        'start-stop',
        'Stopped Keepalived v2.2.7 (01/16,2022)',
        'Starting Keepalived v2.4.3 (07/20,2026)',
      ],
      ['reload', 'Reloading ...', 'Reload complete'],
      ['configuration-incomplete', "There are 1 missing '}'s or extra '{'s"],
    ] as const) {
      for (const message of messages) assert.equal(explainMessage(message)?.id, id, message);
    }
  });

  it('tells what the message names', () => {
    const explanation = explainMessage(
      '(VI_1) Master received advert from 10.9.0.2 with higher priority 150, ours 100',
    );
    assert.equal(explanation?.kind, 'transition');
    assert.deepEqual(explanation.values, {
      instance: 'VI_1',
      address: '10.9.0.2',
      theirs: '150',
      ours: '100',
    });
  });

  it('is silent about other messages, and does not labour on a long one', () => {
    assert.equal(explainMessage('something else'), undefined);
    const tookMs = measureCpuMs(() => {
      assert.equal(explainMessage(`${'x and '.repeat(200_000)}both use VRID`), undefined);
      for (const shape of ['x and ', '(a) ', '(a): ', 'Script `']) {
        explainMessage(shape.repeat(1024).slice(0, 1024));
      }
    });
    assert.ok(tookMs < 250, `${tookMs} ms`);
  });
});

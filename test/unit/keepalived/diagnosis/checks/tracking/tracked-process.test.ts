import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { listsConnector } from '../../../../../../server/appliance/daemon/process-events.ts';
import { diagnose } from '../../../../../../server/keepalived/diagnosis/diagnose.ts';
import type { DiagnosisInput } from '../../../../../../server/keepalived/diagnosis/input.ts';
import type { TrackingReport } from '../../../../../../server/keepalived/proof/evidence.ts';
import { inputOf } from '../../scenario.ts';

const settings = `
  virtual_router_id 51
  virtual_ipaddress {
    192.168.0.100/24
  }
  track_process {
    chk_nginx
  }`;

const definitions = `
vrrp_track_process chk_nginx {
  process nginx
}`;

const counted = (good: boolean): TrackingReport => ({
  ok: true,
  items: [
    {
      ...{ kind: 'process', name: 'chk_nginx', good, detail: `${good ? 1 : 0} of 1 processes` },
      instances: [{ name: 'VI_1', weight: 0, forcesFault: true }],
    },
  ],
});

function look(changes: Partial<DiagnosisInput>, log: string[] = [], text = settings) {
  const checks = diagnose(inputOf({ state: 'FAULT', definitions, settings: text, log, changes }));
  const check = checks.find(({ id }) => id === 'tracked-process');
  assert.ok(check);
  return check;
}

describe('tracked processes', () => {
  it('are not counted where the kernel has no connector', () => {
    const check = look({ hasProcessConnector: false, tracking: counted(false) });
    assert.equal(check.verdict, 'wrong');
    assert.match(check.sentence, /tells keepalived nothing about processes.*chk_nginx/);
    assert.match(check.remedy ?? '', /vrrp_script/);
    assert.match(JSON.stringify(check.evidence), /0 of 1 processes/);
  });

  it('are not counted where keepalived logs that they are not', () => {
    const message =
      'WARNING - the kernel does not support proc events - track_process will not work';
    const check = look({ tracking: counted(true) }, [message]);
    assert.equal(check.verdict, 'wrong');
    assert.equal(check.evidence[0]?.what, message);
  });

  it('that are too few are told, without a claim about the kernel', () => {
    const check = look({ hasProcessConnector: true, tracking: counted(false) });
    assert.equal(check.verdict, 'wrong');
    assert.match(check.sentence, /chk_nginx \(0 of 1 processes\)/);
  });

  it('that are enough are good, and without an account nothing is said', () => {
    assert.equal(look({ hasProcessConnector: true, tracking: counted(true) }).verdict, 'good');
    assert.equal(look({ hasProcessConnector: true }).verdict, 'cannot-tell');
    const without = look({ hasProcessConnector: false }, [], settings.replace(/track_p[^}]*}/, ''));
    assert.deepEqual([without.verdict, without.evidence], ['note', []]);
  });
});

it('the kernel’s own socket is told from another one, and a table from none', () => {
  const heading = 'sk               Eth Pid        Groups   Rmem\n';
  const others = '00000000c624bf15 0   0          00000000 0\n';
  assert.equal(listsConnector(`${heading}${others}000000006a 11  0          00000000 0\n`), true);
  assert.equal(listsConnector(`${heading}${others}000000006a 11  17839      00000001 0\n`), false);
  assert.equal(listsConnector(heading), undefined);
  assert.equal(listsConnector(''), undefined);
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parseJsonDump } from '../../../../../server/keepalived/runtime/dump/json-dump.ts';

const fixture = (path: string) =>
  readFileSync(new URL(`../../../../fixtures/${path}`, import.meta.url), 'utf8');

function instancesOf(path: string) {
  const dump = parseJsonDump(fixture(path));
  assert.ok(dump.ok, dump.ok ? '' : dump.reason);
  return dump.instances;
}

function reasonOf(text: string) {
  const dump = parseJsonDump(text);
  assert.ok(!dump.ok);
  return dump.reason;
}

describe('the JSON dump', () => {
  it('of 2.2.7 is an array of instances', () => {
    const instances = instancesOf('evidence/dumps/2.2.7/keepalived.json');
    assert.deepEqual(
      instances.map(({ name, state, virtualRouterId }) => [name, state, virtualRouterId]),
      [
        ['VI_1', 'MASTER', 51],
        ['VI_2', 'MASTER', 52],
        ['VI_3', 'MASTER', 53],
      ],
    );
    const [first, second] = instances;
    assert.ok(first && second);
    const { statistics, ...facts } = first;
    assert.deepEqual(facts, {
      name: 'VI_1',
      state: 'MASTER',
      wantedState: 'MASTER',
      interfaceName: 'eth0',
      virtualRouterId: 51,
      version: 2,
      basePriority: 150,
      effectivePriority: 150,
      advertIntervalSeconds: 1,
      nopreempt: false,
      lastTransitionAtMs: 1795448693165,
      authentication: 'password',
      addresses: [{ cidr: '10.9.0.100/24', interfaceName: 'eth0', claimedSet: true }],
    });
    assert.equal(statistics['advert_sent'], 6);
    assert.deepEqual(second.addresses, [
      { cidr: '10.9.0.101/24', interfaceName: 'eth0', label: 'eth0:v2', claimedSet: true },
    ]);
  });

  it('of 2.4.3 with json_version 2 has them under "vrrp"', () => {
    const [instance] = instancesOf('evidence/dumps/2.4.3/keepalived.json');
    assert.equal(instance?.state, 'BACKUP');
    assert.deepEqual(instance.addresses, [
      { cidr: '10.9.0.100/24', interfaceName: 'eth0', claimedSet: false },
    ]);
  });

  it('of a backup knows FAULT, nopreempt, IPv6, fractions of a second, excluded addresses', () => {
    const [first, , sixth, sick] = instancesOf('dumps/2.2.7/backup/keepalived.json');
    assert.equal(first?.nopreempt, true);
    assert.deepEqual(
      first.addresses.map(({ cidr }) => cidr),
      ['10.9.0.100/24', '10.9.0.101/24', '10.9.0.110/24'],
    );
    assert.equal(sixth?.version, 3);
    assert.equal(sixth.advertIntervalSeconds, 0.5);
    assert.equal(sixth.effectivePriority, 105);
    assert.deepEqual(
      sixth.addresses.map(({ cidr }) => cidr),
      ['fe80::100/128', 'fd00::100/64'],
    );
    assert.equal(sick?.state, 'FAULT');
    assert.equal(sick.addresses[0]?.cidr, '10.9.0.120/32');
  });

  it('says no time of a transition that has not happened', () => {
    const dump = parseJsonDump(
      fixture('evidence/dumps/2.4.3/keepalived.json').replace(
        /"last_transition":[\d.]+/,
        '"last_transition":0.000000',
      ),
    );
    assert.ok(dump.ok);
    assert.equal(dump.instances[0]?.lastTransitionAtMs, undefined);
  });

  it('never carries the password on', () => {
    const text = fixture('dumps/2.2.7/backup/keepalived.json');
    assert.match(text, /s3cr3t/);
    assert.doesNotMatch(JSON.stringify(parseJsonDump(text)), /s3cr3t|auth_data/);
  });

  it('that is cut at any place is incomplete, in words that quote nothing of it', () => {
    const text = fixture('dumps/2.2.7/backup/keepalived.json').trimEnd();
    for (let length = 1; length < text.length; length += 1) {
      assert.equal(
        reasonOf(text.slice(0, length)),
        'The dump is incomplete: keepalived has not finished writing it.',
      );
    }
  });

  it('that is empty says so', () => {
    assert.match(reasonOf(''), /^The dump is empty/);
    assert.match(reasonOf('\n'), /^The dump is empty/);
  });

  it('of an unknown form is refused with the place', () => {
    const text = fixture('evidence/dumps/2.4.3/keepalived.json');
    assert.equal(
      reasonOf(text.replace('"state":1', '"state":7')),
      'The dump has an unknown form at vrrp.0.data.state: 7 is no known state.',
    );
    assert.match(reasonOf(text.replace('"vrid"', '"vr"')), /at vrrp\.0\.data\.vrid/);
    assert.match(reasonOf('{}'), /at vrrp/);
    assert.match(reasonOf('null'), /unknown form/);
  });
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parseJsonDump } from '../../../../../server/keepalived/runtime/dump/json-dump.ts';
import { parseTextDump } from '../../../../../server/keepalived/runtime/dump/text-dump.ts';

const fixture = (path: string) =>
  readFileSync(new URL(`../../../../fixtures/${path}`, import.meta.url), 'utf8');

function contentsOf(path: string) {
  const dump = parseTextDump(fixture(path));
  assert.ok(dump.ok, dump.ok ? '' : dump.reason);
  return dump;
}

describe('the text dump', () => {
  for (const folder of [
    'evidence/dumps/2.2.7',
    'evidence/dumps/2.4.3',
    'dumps/2.2.7/backup',
    'dumps/2.2.7/link-down',
  ]) {
    it(`in ${folder} tells of the instances what the JSON dump tells`, () => {
      const fromText = contentsOf(`${folder}/keepalived.data`).instances;
      const fromJson = parseJsonDump(fixture(`${folder}/keepalived.json`));
      assert.ok(fromJson.ok);
      assert.notEqual(fromText.length, 0);
      assert.deepEqual(
        fromText.map((instance) => ({ ...instance, masterRouter: undefined })),
        fromJson.instances.map((instance) => ({
          ...instance,
          statistics: {},
          masterRouter: undefined,
        })),
      );
    });
  }

  it('names the master that a backup hears', () => {
    const { instances } = contentsOf('dumps/2.2.7/backup/keepalived.data');
    assert.deepEqual(
      instances.map(({ name, masterRouter }) => [name, masterRouter]),
      [
        ['VI_1', { address: '10.9.0.1', priority: 150 }],
        ['VI_PASS', { address: '10.9.0.1', priority: 150 }],
        ['VI_6', { address: 'fe80::84fc:8fff:fe8d:1c10', priority: 155 }],
        ['VI_SICK', undefined],
      ],
    );
  });

  it('names none where the backup has heard none', () => {
    const text = fixture('dumps/2.2.7/backup/keepalived.data')
      .replace('Master router = 10.9.0.1', 'Master router = ff02::12')
      .replace('Master priority = 150', 'Master priority = 0');
    const dump = parseTextDump(text);
    assert.ok(dump.ok);
    assert.equal(dump.instances[0]?.masterRouter, undefined);
  });

  it('tells which scripts fail', () => {
    const { scripts } = contentsOf('dumps/2.2.7/backup/keepalived.data');
    assert.deepEqual(scripts, [
      {
        name: 'chk_vshell',
        status: 'BAD',
        initialising: false,
        result: 0,
        rise: 1,
        fall: 1,
        weight: 0,
        intervalSeconds: 1,
      },
      {
        name: 'chk_ok',
        status: 'GOOD',
        initialising: false,
        result: 1,
        rise: 1,
        fall: 1,
        weight: 5,
        intervalSeconds: 1,
      },
    ]);
  });

  it('tells the state of a sync group', () => {
    assert.deepEqual(contentsOf('dumps/2.2.7/link-down/keepalived.data').syncGroups, [
      { name: 'G1', state: 'FAULT', instanceNames: ['VI_1', 'VI_PASS'] },
    ]);
    assert.deepEqual(contentsOf('evidence/dumps/2.4.3/keepalived.data').syncGroups, []);
  });

  it('never carries the password on', () => {
    const text = fixture('dumps/2.2.7/backup/keepalived.data');
    assert.match(text, /Password = s3cr3t/);
    assert.doesNotMatch(JSON.stringify(parseTextDump(text)), /s3cr3t|Password/);
  });

  it('that is cut before its last section, or in the middle of a line, is incomplete', () => {
    const text = fixture('dumps/2.2.7/backup/keepalived.data');
    const lastSectionAt = text.indexOf('------< Interfaces');
    for (let length = 0; length <= lastSectionAt; length += 97) {
      const dump = parseTextDump(text.slice(0, length));
      assert.ok(!dump.ok);
      assert.match(dump.reason, /^The dump is incomplete/);
    }
    assert.ok(!parseTextDump(text.slice(0, -1)).ok);
  });

  it('of an unknown form is refused with the place', () => {
    const text = fixture('dumps/2.2.7/backup/keepalived.data');
    const dump = parseTextDump(text.replace('   State = BACKUP', '   State = DREAMING'));
    assert.ok(!dump.ok);
    assert.match(dump.reason, /VRRP Instance VI_1, State/);
    assert.doesNotMatch(dump.reason, /s3cr3t/);
  });
});

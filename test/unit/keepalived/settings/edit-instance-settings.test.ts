import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  editInstanceSettings,
  findUneditableFields,
} from '../../../../server/keepalived/settings/edit-instance-settings.ts';
import type { InstanceSettings } from '../../../../server/keepalived/settings/setting-fields.ts';
import { readSample, sampleConfiguration } from './samples.ts';

function edit(changes: Partial<InstanceSettings>, text = sampleConfiguration) {
  const { tree, place, current } = readSample(text);
  return editInstanceSettings(tree, place, current, { ...current, ...changes });
}

const uneditable = (text: string) => {
  const { tree, place, current } = readSample(text);
  return findUneditableFields(tree, place, current);
};

describe('the edits of the settings form', () => {
  it('change no byte when nothing changes', () => {
    assert.deepEqual(edit({}), { text: sampleConfiguration, refusals: [] });
  });

  it('do not mind blanks and empty lines around the entries', () => {
    assert.equal(
      edit({ virtualAddresses: '\r\n 192.168.0.100/24 \r\n' }).text,
      sampleConfiguration,
    );
  });

  const edits: [changes: Partial<InstanceSettings>, from: string, to: string][] = [
    [{ healthcheckInterval: '30' }, 'interval 120 ', 'interval 30 '],
    [{ priority: '102' }, 'priority 101 #', 'priority 102 #'],
    [{ virtualRouterId: '52' }, 'id 51', 'id 52'],
    [{ password: 'other' }, 'seeded-1', 'other'],
    [
      { healthcheckUrl: 'https://127.0.0.1/ok' },
      'http://127.0.0.1:8080/healthcheck',
      'https://127.0.0.1/ok',
    ],
    [
      { virtualAddresses: '192.168.0.100/24\n192.168.0.101/24' },
      '192.168.0.100/24\n',
      '192.168.0.100/24\n        192.168.0.101/24\n',
    ],
    [{ fall: '3' }, "120   # the seed's\n", "120   # the seed's\n    fall 3\n"],
  ];
  for (const [changes, from, to] of edits) {
    it(`change only their line: ${JSON.stringify(changes)}`, () => {
      const { text, refusals } = edit(changes);
      assert.deepEqual(refusals, []);
      assert.equal(text, sampleConfiguration.replace(from, to));
    });
  }

  it('set state BACKUP with nopreempt, and leave it when nopreempt goes', () => {
    const on = edit({ nopreempt: true }).text;
    assert.match(on, /state BACKUP\n/);
    assert.match(on, /\n {4}nopreempt\n/);
    assert.equal(
      edit({ nopreempt: false }, on).text,
      sampleConfiguration.replace('state MASTER', 'state BACKUP'),
    );
  });

  it('can be made all at once', () => {
    const { text, refusals } = edit({
      virtualAddresses: '192.168.0.110/24',
      priority: '90',
      advertInterval: '2',
      authentication: 'none',
      unicastPeers: '192.168.0.20',
      rise: '2',
    });
    assert.deepEqual(refusals, []);
    const { current } = readSample(text);
    assert.deepEqual(
      [current.virtualAddresses, current.priority, current.advertInterval, current.authentication],
      ['192.168.0.110/24', '90', '2', 'none'],
    );
    assert.deepEqual([current.unicastPeers, current.rise], ['192.168.0.20', '2']);
    assert.doesNotMatch(text, /seeded-1/);
  });
});

describe('what the form cannot edit', () => {
  it('is nothing in a plain file', () => {
    assert.deepEqual(uneditable(sampleConfiguration), []);
  });

  const places: [string, string, string, RegExp][] = [
    ['a definition', 'priority 101', 'priority $PRIO', /^priority .* uses a definition/],
    [
      'a condition',
      'priority 101',
      '@server1 priority 101',
      /^priority .* comes after an @ condition/,
    ],
    ['a password from a definition', 'seeded-1', '$PASS', /^password .* uses a definition/],
  ];
  for (const [title, from, to, says] of places) {
    it(`${title} is named at its field, and its line stays`, () => {
      const text = `$PRIO=101\n$PASS=seeded-1\n${sampleConfiguration.replace(from, to)}`;
      const found = uneditable(text);
      assert.deepEqual(
        found.map(({ needsEditor }) => needsEditor),
        [true],
      );
      assert.match(found.map(({ field, message }) => `${field} ${message}`).join(), says);
      assert.doesNotMatch(JSON.stringify(found), /seeded-1/);
    });
  }

  const lines: [field: keyof InstanceSettings, line: string][] = [
    ['interfaceName', 'interface eth0'],
    ['virtualRouterId', 'virtual_router_id 51'],
    ['priority', 'priority 101'],
    ['advertInterval', 'advert_int 1'],
    ['password', 'auth_pass seeded-1'],
    ['virtualAddresses', '192.168.0.100/24'],
    ['nopreempt', 'state MASTER'],
    ['healthcheckInterval', 'interval 120'],
    ['healthcheckUrl', 'script "/usr/bin/curl -sf http://127.0.0.1:8080/healthcheck"'],
  ];
  for (const [field, line] of lines) {
    it(`${field} behind an @ condition, of this server or of another`, () => {
      const texts = [
        sampleConfiguration.replace(line, `@server1 ${line}`),
        sampleConfiguration.replace(line, `@server1 ${line}\n@server2 ${line}`),
      ];
      for (const text of texts) {
        assert.deepEqual(
          uneditable(text).map((found) => found.field),
          [field],
          text,
        );
      }
    });
  }

  it('authentication is not removed with a line that is for one server', () => {
    const text = sampleConfiguration.replace('auth_pass', '@server1 auth_pass');
    const { refusals, text: after } = edit({ authentication: 'none' }, text);
    assert.deepEqual(
      refusals.map(({ field }) => field),
      ['authentication'],
    );
    assert.equal(after, text);
  });

  it('is refused, while the rest is edited', () => {
    const text = `$PRIO=101\n${sampleConfiguration.replace('priority 101', 'priority $PRIO')}`;
    const { refusals, text: after } = edit({ priority: '102', healthcheckInterval: '30' }, text);
    assert.deepEqual(
      refusals.map(({ field }) => field),
      ['priority'],
    );
    assert.equal(after, text.replace('interval 120', 'interval 30'));
  });
});

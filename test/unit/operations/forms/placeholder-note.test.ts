import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packagedDefaultConfiguration } from '../../../../server/keepalived/config/default-configurations.ts';
import {
  setInstanceValue,
  setVirtualAddresses,
} from '../../../../server/keepalived/config/edit/edits.ts';
import { parseConfiguration } from '../../../../server/keepalived/language/tree.ts';

const packaged = packagedDefaultConfiguration('master', {
  interfaceName: 'eth0',
  hostName: 'server1',
});
const note = /PLACEHOLDER/;

test('the comment that asks for another address goes when there is one', () => {
  assert.match(packaged, note);
  const edited = setVirtualAddresses(
    parseConfiguration(packaged),
    ...(['VI_1', ['192.168.0.100/24'], { keepsOptions: true }] as const),
  );
  assert.ok(edited.ok);
  const expected = packaged
    .replace(' PLACEHOLDER: change it.', '')
    .replace('198.51.100.100/24', '192.168.0.100/24');
  assert.equal(edited.text, expected);
});

test('it stays with the placeholder, and with another setting', () => {
  const tree = parseConfiguration(packaged);
  const same = setVirtualAddresses(tree, 'VI_1', ['198.51.100.100/24', '10.0.0.1/24'], {
    keepsOptions: true,
  });
  assert.match(same.ok ? same.text : '', note);
  const other = setInstanceValue(tree, 'VI_1', 'priority', 90);
  assert.match(other.ok ? other.text : '', note);
});

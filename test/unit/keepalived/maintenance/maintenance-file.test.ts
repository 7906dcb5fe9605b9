import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseConfiguration } from '../../../../server/keepalived/language/tree.ts';
import { addMaintenanceFile } from '../../../../server/keepalived/maintenance/add-maintenance-file.ts';
import { findMaintenanceFile } from '../../../../server/keepalived/maintenance/maintenance-file.ts';

const path = '/var/lib/keepalived-wai/maintenance/VI_1';
const plain = `# The cluster.
vrrp_instance VI_1 { ! ours
  interface eth0
  virtual_ipaddress {
    10.9.0.100/24
  }
  track_script {
    chk
  }
}
`;
const find = (text: string, name = 'VI_1') =>
  findMaintenanceFile(parseConfiguration(text).children, name);
const add = (text: string, name = 'VI_1') =>
  addMaintenanceFile(parseConfiguration(text), name, path);

function added(text: string, name = 'VI_1'): string {
  const result = add(text, name);
  if (!result.ok) throw new Error(result.reason);
  return result.text;
}

describe('the maintenance file', () => {
  it('is added above the instance and its comment, and nothing else changes', () => {
    assert.equal(
      added(plain),
      `# 0: normal, -254: maintenance. Written by the page “Failover drill”.
track_file wai_maintenance_VI_1 {
    file "${path}"
    weight 1
}

${plain.replace('    chk\n  }\n', '    chk\n  }\n  track_file {\n    wai_maintenance_VI_1\n  }\n')}`,
    );
  });

  it('is found again as it was added, beside another tracked file too', () => {
    const expected = { name: 'wai_maintenance_VI_1', path, addsToPriority: true };
    assert.deepEqual(find(added(plain)), { ...expected, instanceNames: ['VI_1'] });
    const beside = plain.replace(
      '  track_script {',
      '  track_file {\n    load\n  }\n  track_script {',
    );
    const text = added(`track_file load {\n  file /run/load\n}\n${beside}`);
    assert.match(text, /\{\n {4}load\n {4}wai_maintenance_VI_1\n {2}\}/);
    assert.deepEqual(find(text), { ...expected, instanceNames: ['VI_1'] });
  });

  it('is only a fault in a sync group, whose instances move together', () => {
    const group = `vrrp_sync_group G {\n  group {\n    VI_1\n    VI_2\n  }\n}\n${plain}${plain.replace('VI_1', 'VI_2')}`;
    const text = added(group);
    assert.match(text, /weight 0/);
    assert.deepEqual(find(text), {
      ...{ name: 'wai_maintenance_VI_1', path, addsToPriority: false },
      instanceNames: ['VI_1', 'VI_2'],
    });
  });

  const twin = (text: string) => `${text}${text.replace('VI_1', 'VI_2')}`;
  const tracking = `  track_file {\n    maint\n  }\n`;
  const block = 'track_file maint {\n  file /etc/maint\n  weight 1\n}\n';
  const grouped = (settings: string, instance = plain) =>
    `${block}vrrp_sync_group G {\n  group {\n    VI_1\n    VI_2\n  }\n${settings}}\n${twin(instance)}`;
  const tracked = plain.replace('  track_script', `${tracking}  track_script`);
  it('has its weight in a sync group where keepalived counts that', () => {
    const whose = { name: 'maint', path: '/etc/maint', instanceNames: ['VI_1', 'VI_2'] };
    const ignored = { ...whose, addsToPriority: false };
    const counted = { ...whose, addsToPriority: true };
    assert.deepEqual(find(grouped('', tracked)), ignored);
    assert.deepEqual(find(grouped('  sync_group_tracking_weight\n', tracked)), counted);
    assert.deepEqual(find(grouped('  global_tracking\n', tracked)), counted);
    assert.deepEqual(find(grouped(tracking)), counted);
    // Where both track it, the member's, without a weight, is what makes a FAULT.
    assert.deepEqual(find(grouped(tracking, tracked)), ignored);
  });

  const own = (block: string, use = 'maint') =>
    `vrrp_track_file maint {\n${block}\n}\n${plain.replace('track_script', `track_file {\n${use}\n}\ntrack_script`)}`;
  it('may be one that an administrator wrote for it', () => {
    assert.equal(find(own('file /etc/maint'))?.path, '/etc/maint');
    assert.equal(find(own('file "/etc/maint"\nweight 5', 'maint weight 1'))?.addsToPriority, true);
    assert.equal(find(own('file /etc/maint\nweight 0'))?.addsToPriority, false);
  });

  const otherwise: [string, string][] = [
    ['another weight', own('file /etc/maint\nweight 2')],
    ['reverse', own('file /etc/maint\nweight 1 reverse')],
    ['a number that each reload writes again', own('file /etc/maint\ninit_file 0 overwrite')],
    ['another purpose', own('file /etc/load').replaceAll('maint', 'load')],
    ['no instance that tracks it', `track_file maint {\n file /etc/maint\n}\n${plain}`],
  ];
  for (const [what, text] of otherwise) {
    it(`is none with ${what}`, () => {
      assert.equal(find(text), undefined);
    });
  }

  const refusals: [string, string, string, RegExp][] = [
    ['its name is taken', `track_file wai_maintenance_VI_1 {\n}\n${plain}`, 'VI_1', /already/],
    ['the instance is missing', plain, 'VI_2', /There is no vrrp_instance/],
    ['its name is no file name', plain, '../VI_1', /file name/],
    ['the block is not plain', plain.replace('eth0', 'eth0\n  $TRACK'), 'VI_1', /edit the text/],
  ];
  for (const [why, text, name, words] of refusals) {
    it(`is not added where ${why}`, () => {
      const result = add(text, name);
      assert.match(result.ok ? 'added' : result.reason, words);
    });
  }
});

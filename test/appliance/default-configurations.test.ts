import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { packagedDefaultConfiguration } from '../../server/keepalived/config/default-configurations.ts';
import {
  setAuthentication,
  setHealthcheckUrl,
  setInstanceFlag,
  setInstanceValue,
  setScriptValue,
  setUnicastPeers,
  setVirtualAddresses,
} from '../../server/keepalived/config/edit/edits.ts';
import type { EditResult } from '../../server/keepalived/config/edit/edits.ts';
import { parseConfiguration } from '../../server/keepalived/language/tree.ts';
import type { ConfigurationTree } from '../../server/keepalived/language/tree.ts';

const folder = mkdtempSync(join(tmpdir(), 'default-configurations-'));
after(() => {
  rmSync(folder, { recursive: true });
});

/** What `keepalived -t` says of a text, where eth0 is a real interface with an address. */
function testWithKeepalived(text: string): { status: number | null; output: string } {
  const path = join(folder, 'keepalived.conf');
  writeFileSync(path, text);
  const script =
    'ip link add eth0 type veth peer name peer0 && ip address add 192.168.0.10/24 dev eth0 && ' +
    'ip link set eth0 up && ip link set peer0 up && exec timeout 20 keepalived --config-test --use-file="$0"';
  const ran = spawnSync('unshare', ['--net', '--pid', '--fork', 'sh', '-c', script, path], {
    encoding: 'utf8',
  });
  assert.equal(ran.error, undefined);
  return { status: ran.status, output: ran.stdout + ran.stderr };
}

describe('keepalived accepts without a word', () => {
  for (const role of ['master', 'backup'] as const) {
    it(`the packaged ${role} configuration`, () => {
      const text = packagedDefaultConfiguration(role, {
        interfaceName: 'eth0',
        hostName: 'server1',
      });
      assert.deepEqual(testWithKeepalived(text), { status: 0, output: '' });
    });
  }

  it('what every edit made of it', () => {
    const edits: ((tree: ConfigurationTree) => EditResult)[] = [
      (tree) => setInstanceValue(tree, 'VI_1', 'priority', 90),
      (tree) => setInstanceValue(tree, 'VI_1', 'virtual_router_id', 77),
      (tree) => setInstanceValue(tree, 'VI_1', 'advert_int', 3),
      (tree) => setInstanceFlag(tree, 'VI_1', 'nopreempt', true),
      (tree) => setAuthentication(tree, 'VI_1', { type: 'none' }),
      (tree) => setAuthentication(tree, 'VI_1', { type: 'PASS', password: 'a {#!} b' }),
      (tree) =>
        setVirtualAddresses(tree, 'VI_1', ['192.168.0.100/24', '192.168.0.101/24 dev eth0'], {
          keepsOptions: true,
        }),
      (tree) => setScriptValue(tree, 'chk_vshell', 'interval', 30),
      (tree) => setScriptValue(tree, 'chk_vshell', 'fall', 2),
      (tree) => setHealthcheckUrl(tree, 'chk_vshell', 'http://127.0.0.1:8080/x#!'),
      (tree) => setUnicastPeers(tree, 'VI_1', ['192.168.0.20']),
    ];
    let text = packagedDefaultConfiguration('backup', {
      interfaceName: 'eth0',
      hostName: 'server1',
    });
    for (const edit of edits) {
      const result = edit(parseConfiguration(text));
      assert.ok(result.ok, JSON.stringify(result));
      assert.notEqual(result.text, text);
      text = result.text;
    }
    assert.deepEqual(testWithKeepalived(text), { status: 0, output: '' });
  });

  it('but not a mistake: the test can fail', () => {
    const text = packagedDefaultConfiguration('master', {
      interfaceName: 'eth9',
      hostName: 'server1',
    });
    assert.match(testWithKeepalived(text).output, /eth9/);
  });
});

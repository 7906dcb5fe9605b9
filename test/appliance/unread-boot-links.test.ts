import assert from 'node:assert/strict';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { updateRcD } from '../../server/appliance/services/boot-tools/update-rc-d.ts';
import { mountTmpfs } from './private-keepalived.ts';
import { inPrivateNamespaces } from './private-namespaces.ts';

function defineTests(): void {
  before(() => {
    mountTmpfs('/etc');
    mkdirSync('/etc/init.d');
    writeFileSync('/etc/init.d/keepalived', '', { mode: 0o755 });
  });

  it('says off where there are no links, and unknown where they cannot be read', async () => {
    const off = { known: true, enabled: false, tool: 'update-rc.d' };
    assert.deepEqual(await updateRcD.read('keepalived'), off);
    symlinkSync('/etc/rc2.d', '/etc/rc2.d');
    const unread = await updateRcD.read('keepalived');
    assert.ok(!unread.known, JSON.stringify(unread));
    assert.match(unread.reason, /^\/etc\/rc2\.d cannot be looked at: ELOOP\.$/);
    rmSync('/etc/rc2.d');
    assert.deepEqual(await updateRcD.read('keepalived'), off);
  });
}

if (inPrivateNamespaces(import.meta.url)) describe('unread boot links', defineTests);

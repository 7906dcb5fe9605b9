import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { explainUnwritable } from '../../../../server/appliance/firewall/explain-unwritable.ts';

const unit = readFileSync('packaging/keepalived-wai-agent.service', 'utf8');
const [, ofFirewall = ''] = /^ReadWritePaths=(-\/etc\/nftables.*)$/m.exec(unit) ?? [];
const folders = ofFirewall.split(' ').map((word) => word.replace(/^-/, ''));

test('a folder of the unit that came after the start needs a restart only', () => {
  assert.equal(folders.length, 4);
  for (const folder of folders) {
    const words = explainUnwritable(`${folder}/keepalived-wai.nft`, 'EROFS');
    assert.match(
      words,
      /created after this service was started.*systemctl restart keepalived-wai-agent/,
    );
    assert.doesNotMatch(words, /ReadWritePaths/);
  }
  assert.match(explainUnwritable('/etc/rules.d/a.nft', 'EROFS'), /ReadWritePaths=\/etc\/rules\.d/);
});

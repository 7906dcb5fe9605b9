import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { listKeywords } from '../../../../../server/keepalived/language/keywords/keyword-releases.ts';

/** The keywords of a recorded table in these two blocks and at the top level. */
function readTable(version: string): string[] {
  const table = readFileSync(`test/fixtures/evidence/keywords-${version}.txt`, 'utf8');
  return table
    .split('\n')
    .filter((line) => /^(global_defs|vrrp_instance)\/[^/]+$/.test(line))
    .sort();
}

describe('the keywords of a block', () => {
  for (const version of ['2.2.7', '2.3.4', '2.4.3']) {
    it(`are those of the table of ${version}`, () => {
      const listed = ['global_defs', 'vrrp_instance'].flatMap((block) =>
        listKeywords(block, version).map((keyword) => `${block}/${keyword}`),
      );
      assert.deepEqual(listed.sort(), readTable(version));
    });
  }

  it('are, of a release between two tables, those that it might know', () => {
    assert.ok(!listKeywords('global_defs', '2.1.5').includes('json_version'));
    assert.ok(listKeywords('global_defs', '2.2.8').includes('json_version'));
    assert.ok(listKeywords('global_defs', '2.10.0').includes('vrrp_delay_after_boot'));
    assert.ok(listKeywords('global_defs', undefined).includes('vrrp_delay_after_boot'));
  });

  it('are none in a block of names', () => {
    assert.deepEqual(listKeywords('virtual_ipaddress', '2.2.7'), []);
  });
});

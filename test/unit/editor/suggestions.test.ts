import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findKeywordAt } from '../../../public/src/editor/enclosing-blocks.ts';
import { suggestWords } from '../../../public/src/editor/suggestions.ts';
import { parseConfiguration } from '../../../server/keepalived/language/tree.ts';

/** What is suggested where `|` stands. */
function suggestAt(marked: string, version?: string) {
  const offset = marked.indexOf('|');
  const text = marked.replace('|', '');
  const before = text.slice(0, offset).split('\n');
  const line = before.at(-1) ?? '';
  const position = { line: before.length, column: line.length };
  const found = suggestWords(parseConfiguration(text), position, line, version);
  return found && { from: found.from, words: found.suggestions.map(({ word }) => word) };
}

describe('suggestions', () => {
  it('are the keywords of the block, from the begin of the word', () => {
    const found = suggestAt('vrrp_instance VI_1 {\n  pri|\n}\n');
    assert.equal(found?.from, 2);
    assert.ok(found.words.includes('priority'));
    assert.ok(!found.words.includes('script'));
    assert.ok(suggestAt('|')?.words.includes('vrrp_instance'));
    assert.ok(suggestAt('vrrp_instance VI_1 { authentication { |')?.words.includes('auth_pass'));
    assert.ok(suggestAt('vrrp_instance VI_1 { state MASTER } v|')?.words.includes('vrrp_script'));
    assert.ok(suggestAt('global_defs\n{\nrouter|')?.words.includes('router_id'));
  });

  it('are those of the installed release', () => {
    const text = 'vrrp_instance VI_1 {\n|\n}';
    assert.ok(!suggestAt(text, '2.2.7')?.words.includes('auth_hmac'));
    assert.ok(suggestAt(text, '2.4.3')?.words.includes('auth_hmac'));
  });

  it('are the values of a keyword that has few', () => {
    assert.deepEqual(suggestAt('vrrp_instance V {\nstate MA|'), {
      from: 6,
      words: ['MASTER', 'BACKUP'],
    });
    assert.deepEqual(suggestAt('auth_type |')?.words, ['PASS', 'AH']);
    assert.equal(suggestAt('state MASTER |'), undefined);
    assert.equal(suggestAt('priority 1|'), undefined);
    assert.equal(suggestAt('toString |'), undefined);
  });

  it('are names where a block lists them', () => {
    const text = `vrrp_script chk_a {\n}\nvrrp_script chk_b {\n}
vrrp_instance VI_1 {\n track_script {\n  |\n }\n}
vrrp_instance VI_2 {\n}\n`;
    assert.deepEqual(suggestAt(text)?.words, ['chk_a', 'chk_b']);
    const group = `${text.replace('|', '')}vrrp_sync_group G {\n group {\n |`;
    assert.deepEqual(suggestAt(group)?.words, ['VI_1', 'VI_2']);
    assert.ok(suggestAt('track_file f {\n|')?.words.includes('init_file'));
    assert.deepEqual(suggestAt('vrrp_instance V {\nvirtual_ipaddress {\n|')?.words, []);
  });

  it('are none in a comment or in quotes', () => {
    assert.equal(suggestAt('# vr|'), undefined);
    assert.equal(suggestAt('script "vr|'), undefined);
  });
});

describe('the keyword at a place', () => {
  const { children } = parseConfiguration(
    'vrrp_script chk {\n  weight 5\n}\nvrrp_instance VI_1 { priority 5 }\n',
  );
  const at = (line: number, column: number) => {
    const found = findKeywordAt(children, { line, column });
    return found && [found.block, found.statement.words[0].text];
  };

  it('comes with its block', () => {
    assert.deepEqual(at(1, 0), ['', 'vrrp_script']);
    assert.deepEqual(at(2, 4), ['vrrp_script', 'weight']);
    assert.deepEqual(at(4, 22), ['vrrp_instance', 'priority']);
  });

  it('is none on a value, a brace or a blank', () => {
    assert.deepEqual(
      [at(1, 13), at(2, 10), at(2, 0), at(3, 0), at(9, 0)],
      Array(5).fill(undefined),
    );
  });
});

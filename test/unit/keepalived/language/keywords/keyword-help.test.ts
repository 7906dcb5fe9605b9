import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keywordsByBlock } from '../../../../../server/keepalived/language/keywords/config-keywords.ts';
import {
  findKeywordHelp,
  listKeywordHelp,
} from '../../../../../server/keepalived/language/keywords/keyword-help.ts';

describe('help on a keyword', () => {
  it('exists for at least 80 keywords, each of which keepalived knows in that block', () => {
    const helps = listKeywordHelp();
    assert.ok(helps.length >= 80, String(helps.length));
    const unknown = helps.filter(
      ({ block, keyword }) => !keywordsByBlock.get(block)?.includes(keyword),
    );
    assert.deepEqual(unknown, []);
  });

  it('is one sentence on one line', () => {
    for (const { keyword, help } of listKeywordHelp()) {
      assert.match(help, /^[A-Z2][^\n]{10,119}\.$/, `${keyword}: ${help}`);
    }
  });

  it('covers every keyword of the blocks that one writes first', () => {
    for (const block of ['authentication', 'vrrp_script', 'vrrp_track_file']) {
      for (const keyword of keywordsByBlock.get(block) ?? []) {
        assert.notEqual(findKeywordHelp(block, keyword), undefined, `${block}/${keyword}`);
      }
    }
  });

  it('depends on the block', () => {
    assert.match(findKeywordHelp('vrrp_track_file', 'weight') ?? '', /multiplied/);
    assert.match(findKeywordHelp('vrrp_script', 'weight') ?? '', /instead of FAULT/);
    assert.equal(findKeywordHelp('', 'weight'), undefined);
    assert.equal(findKeywordHelp('toString', 'constructor'), undefined);
    assert.equal(
      findKeywordHelp('vrrp_sync_group', 'notify_master'),
      findKeywordHelp('vrrp_instance', 'notify_master'),
    );
    assert.equal(findKeywordHelp('track_file', 'file'), findKeywordHelp('vrrp_track_file', 'file'));
  });
});

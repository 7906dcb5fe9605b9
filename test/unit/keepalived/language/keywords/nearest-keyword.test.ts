import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { keywordsByBlock } from '../../../../../server/keepalived/language/keywords/config-keywords.ts';
import { findNearestKeyword } from '../../../../../server/keepalived/language/keywords/nearest-keyword.ts';

describe('the nearest keyword', () => {
  for (const [word, nearest] of [
    ['prioritty', 'priority'],
    ['intreface', 'interface'],
    ['vritual_router_id', 'virtual_router_id'],
    ['virtual_ipadress', 'virtual_ipaddress'],
    ['VRRP_Instance', 'vrrp_instance'],
    ['stat', 'state'],
    ['priority', 'priority'],
    ['priority\\', 'priority'],
    ['advert', 'advert_int'],
    ['bar', undefined],
    ['90', undefined],
    ['', undefined],
  ] as const) {
    it(`to “${word}” is ${nearest ?? 'none'}`, () => {
      assert.equal(findNearestKeyword(word), nearest);
    });
  }
});

describe('the keywords', () => {
  for (const version of ['2.2.7', '2.3.4', '2.4.3']) {
    it(`of ${version} are all known in their block`, () => {
      const file = new URL(
        `../../../../fixtures/evidence/keywords-${version}.txt`,
        import.meta.url,
      );
      const missing = readFileSync(file, 'utf8')
        .split('\n')
        // What the recording took for keywords: the parser's own names.
        .filter((path) => !/^$|^config|^\/|const char|flag-\d$/.test(path))
        .filter((path) => {
          const [keyword = '', block = ''] = path.split('/').reverse();
          return !keywordsByBlock.get(block)?.includes(keyword);
        });
      assert.deepEqual(missing, []);
    });
  }
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { summarizeConfiguration } from '../../../../../server/keepalived/config/questions.ts';
import { diagnose } from '../../../../../server/keepalived/diagnosis/diagnose.ts';
import { parseConfiguration } from '../../../../../server/keepalived/language/tree.ts';
import type {
  HmacTrailer,
  VrrpAdvertisement,
} from '../../../../../server/keepalived/wire/decoded-frame.ts';
import { fromFirst, fromSecond, inputOf } from '../scenario.ts';

const key = `hex:${'0123456789abcdef'.repeat(4)}`;
const settings = (block: string): string => `
  virtual_router_id 51
  virtual_ipaddress {
    192.168.0.100/24
  }
  ${block}`;
const block = (more = '') =>
  settings(`auth_hmac {\n key 1 ${key}\n active_key 1\n time_window 5\n ${more}\n}`);

/** Each advertisement with the trailer that it would have. */
function sign(
  advertisements: VrrpAdvertisement[],
  changes: Partial<HmacTrailer> = {},
  lateSeconds = 0,
): VrrpAdvertisement[] {
  return advertisements.map((one) => ({
    ...one,
    authentication: 'none',
    passwordMatchesOurs: undefined,
    hmac: {
      keyId: 1,
      verdict: 'right',
      sentAtSeconds: Math.floor(one.atMs / 1000) - lateSeconds,
      sequence: String(Math.floor(one.atMs)),
      ...changes,
    },
  }));
}

const unsigned = { authentication: 'none', passwordMatchesOurs: undefined } as const;
const check = (own: string, heard: VrrpAdvertisement[]) =>
  diagnose(inputOf({ at: 'second', state: 'BACKUP', settings: own, heard })).find(
    ({ id }) => id === 'hmac',
  );

describe('auth_hmac between two servers', () => {
  const rows: [string, string, VrrpAdvertisement[], string, RegExp][] = [
    ['neither', settings(''), fromFirst(unsigned), 'good', /Neither server signs/],
    ['both', block(), sign(fromFirst()), 'good', /Both servers sign/],
    ['only the other', settings(''), sign(fromFirst()), 'wrong', /this server has no auth_hmac/],
    ['only this one', block(), fromFirst(unsigned), 'wrong', /sends no auth_hmac trailer/],
    ['rolled out', block('mode permissive'), fromFirst(unsigned), 'suspicious', /mode permissive/],
    ['receive-only', block('mode receive-only'), sign(fromFirst()), 'suspicious', /receive-only/],
    [
      'another number',
      block(),
      sign(fromFirst(), { verdict: 'unknown-key', keyId: 2 }),
      'wrong',
      /key 2, which/,
    ],
    ['another value', block(), sign(fromFirst(), { verdict: 'wrong' }), 'wrong', /another value/],
    ['another kind', block(), sign(fromFirst(), { verdict: 'malformed' }), 'wrong', /of a kind/],
    ['a late clock', block(), sign(fromFirst(), {}, 40), 'wrong', /40 s behind.*allows 5 s/],
    ['an early clock', block(), sign(fromFirst(), {}, -40), 'wrong', /40 s ahead of/],
    [
      'a late clock that is allowed',
      block('anti_replay monotonic'),
      sign(fromFirst(), {}, 40),
      'good',
      /Both/,
    ],
    ['a replay', block(), sign(fromFirst(), { sequence: '7' }), 'wrong', /a second time/],
  ];
  for (const [name, own, heard, verdict, sentence] of rows) {
    it(name, () => {
      const found = check(own, heard);
      assert.equal(found?.verdict, verdict, found?.sentence);
      assert.match(found.sentence, sentence);
      assert.doesNotMatch(JSON.stringify(found), /0123456789abcdef/);
    });
  }

  it('is not used by a keepalived that does not know it', () => {
    const heard = [...sign(fromFirst()), ...fromSecond(unsigned, { from: 30, to: 25 })];
    assert.match(check(block(), heard)?.sentence ?? '', /own advertisements are not signed/);
  });

  it('is ignored, as keepalived does, where its active key is not defined', () => {
    const text = `vrrp_instance VI_1 {${settings(`auth_hmac {\n key 1 ${key}\n}`)}\n}\n`;
    const { instances } = summarizeConfiguration(parseConfiguration(text));
    assert.equal(instances[0]?.hmac, undefined);
  });
});

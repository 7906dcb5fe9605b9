import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { summarizeConfiguration } from '../../../../../server/keepalived/config/questions.ts';
import { findTrackFileFindings } from '../../../../../server/keepalived/config/rules/track-file-rules.ts';
import { parseConfiguration } from '../../../../../server/keepalived/language/tree.ts';

const findingsOf = (definition: string, tracker: string) => {
  const content = parseConfiguration(`track_file f {
  file /run/f
  ${definition}
}
vrrp_instance VI_1 {
  track_file {
    ${tracker}
  }
}
`);
  return findTrackFileFindings(content.children, summarizeConfiguration(content)).map(
    ({ code, line }) => `${code} ${String(line)}`,
  );
};

describe('a track_file that keepalived fills itself', () => {
  for (const [definition, tracker, isFault] of [
    ['init_file -254', 'f weight 1', true],
    ['init_file -254 overwrite', 'f', true],
    ['init_file overwrite -127', 'f weight 2', true],
    ['init_file 1\n  weight 0', 'f', true],
    ['init_file 254', 'f weight 1 reverse', true],
    ['init_file 0', 'f weight 0', false],
    ['init_file -100', 'f weight 1', false],
    ['init_file', 'f weight 1', false],
    ['weight 1', 'f', false],
    ['init_file -254', 'other', false],
  ] as const) {
    it(`${definition.replace('\n', ',')} with ${tracker}: ${isFault ? '' : 'no '}fault`, () => {
      const expected = isFault ? ['track-file-begins-in-fault 1'] : [];
      assert.deepEqual(findingsOf(definition, tracker), expected);
    });
  }
});

/** While two texts are compared nobody else is answered: however large they are, it ends soon. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { maskForViewers } from '../../../../../server/keepalived/secrets/mask-secrets.ts';
import { compareTexts } from '../../../../../server/keepalived/secrets/text-difference.ts';
import { pairLines } from '../../../../../server/web/view/change/side-by-side.ts';

const mebibyte = 1 << 20;

function fill(line: (index: number) => string): string {
  const lines: string[] = [];
  for (let length = 0; length < mebibyte; length += (lines.at(-1)?.length ?? 0) + 1) {
    lines.push(line(lines.length));
  }
  return lines.join('\n');
}

const texts: Record<string, [string, string]> = {
  'each line changed': [
    fill((at) => `    10.0.${at >> 8}.${at & 255}/24 dev eth0`),
    fill((at) => `    10.1.${at >> 8}.${at & 255}/24 dev eth1`),
  ],
  'short lines': [fill((at) => `a${at % 7}`), fill((at) => `b${at % 5}`)],
  'lines that are nearly all alike': [
    fill((at) => (at % 3 === 0 ? 'a' : 'b')),
    fill((at) => (at % 5 === 0 ? 'a' : 'b')),
  ],
  'no line ends': ['x'.repeat(mebibyte), 'y'.repeat(mebibyte)],
  'all of it added': ['', fill((at) => `  script "/usr/bin/check.sh ${at}"`)],
  'each hundredth line changed': [
    fill((at) => `    10.0.${at >> 8}.${at & 255}/24 dev eth0`),
    fill((at) => `    10.0.${at >> 8}.${at & 255}/24 dev eth${at % 100 === 0 ? 1 : 0}`),
  ],
};

/** Of the processor; several times what it takes (20 to 190 ms, measured). */
const mostCpuMs = 1000;

describe('two texts of a mebibyte are compared within a short time', () => {
  for (const [name, [before, after]] of Object.entries(texts)) {
    it(name, () => {
      let leastMs = Infinity;
      for (let run = 0; run < 3 && leastMs > mostCpuMs; run += 1) {
        const begin = process.cpuUsage();
        pairLines(compareTexts(before, after, undefined, maskForViewers));
        const { user, system } = process.cpuUsage(begin);
        leastMs = Math.min(leastMs, (user + system) / 1000);
      }
      assert.ok(leastMs <= mostCpuMs, `${leastMs} ms`);
    });
  }

  it('and a change in a long file is shown', () => {
    const [before, after] = texts['each hundredth line changed'] ?? ['', ''];
    const difference = compareTexts(before, after);
    assert.equal(difference.tooLarge, false);
    assert.equal(difference.added, difference.removed);
    assert.ok(difference.added > 300, String(difference.added));
  });

  it('and two texts with little in common stand below each other', () => {
    const write = (interfaceName: string) =>
      Array.from(
        { length: 2000 },
        (_, at) => `${at} dev ${interfaceName}\nauth_pass s3cr3t\n`,
      ).join('');
    const { lines, added, removed, tooLarge } = compareTexts(write('eth0'), write('eth1'));
    assert.deepEqual({ added, removed, tooLarge }, { added: 4000, removed: 4000, tooLarge: false });
    assert.deepEqual(lines.slice(0, 2), [
      { kind: 'removed', sign: '-', text: '0 dev eth0' },
      { kind: 'removed', sign: '-', text: 'auth_pass ********' },
    ]);
    assert.deepEqual(lines.at(-2), { kind: 'added', sign: '+', text: '1999 dev eth1' });
  });
});

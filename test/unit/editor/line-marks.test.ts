import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { markLine, startState } from '../../../public/src/editor/line-marks.ts';
import type { LineState } from '../../../public/src/editor/line-marks.ts';
import { splitLines } from '../../../server/keepalived/language/tokens.ts';
import { parseConfiguration } from '../../../server/keepalived/language/tree.ts';

/** The marks of a line as `kind text`. */
function marksOf(line: string, state: LineState = startState): string[] {
  return markLine(line, state).marks.map(
    ({ kind, start, end }) => `${kind} ${line.slice(start, end)}`,
  );
}

describe('the marks of a line', () => {
  for (const [line, expected] of [
    ['    priority 100', ['keyword priority', 'number 100']],
    ['priority 1#00', ['keyword priority', 'number 1', 'comment #00']],
    ['state BACKUP ! why', ['keyword state', 'comment ! why']],
    [
      'script "/bin/x !no #no" # yes',
      ['keyword script', 'string "/bin/x !no #no"', 'comment # yes'],
    ],
    ["script '/bin/x # yes'", ['keyword script', "comment # yes'"]],
    ['priority\\', []],
    [
      'vrrp_instance VI_1 { state MASTER }',
      ['keyword vrrp_instance', 'brace {', 'keyword state', 'brace }'],
    ],
    ['interface eth0 }}', ['keyword interface', 'brace }', 'brace }']],
    ['192.168.0.100/24 dev eth0', ['address 192.168.0.100/24']],
    ['fd00::1/64', ['address fd00::1/64']],
    ['prioritty 100', ['number 100']],
    ['@server1 priority 100', ['condition @server1 ', 'keyword priority', 'number 100']],
    ['@^server1 priority $P', ['condition @^server1 ', 'keyword priority', 'variable $P']],
    ['$P=100 # x', ['variable $P=', 'number 100', 'comment # x']],
    ['include conf.d/*.conf # all', ['keyword include', 'string conf.d/*.conf', 'comment # all']],
    ['# { } "', ['comment # { } "']],
    ['', []],
  ] as const) {
    it(JSON.stringify(line), () => {
      assert.deepEqual(marksOf(line), expected);
    });
  }

  it('of a definition that goes on until a line without a backslash', () => {
    const first = markLine('$BLOCK= \\', startState).next;
    assert.equal(first.inDefinition, true);
    assert.deepEqual(marksOf('state MASTER {', first), []);
    const second = markLine('  "quoted" \\', first).next;
    assert.equal(second.inDefinition, true);
    assert.equal(markLine('# a comment', second).next.inDefinition, true);
    assert.equal(markLine('', second).next.inDefinition, false);
    assert.deepEqual(markLine('last', second).next, startState);
  });
});

describe('the lines of every recorded file', () => {
  const folder = new URL('../../fixtures/evidence/configs/', import.meta.url);
  for (const name of readdirSync(folder)) {
    const { text: whole, problems } = parseConfiguration(
      readFileSync(new URL(name, folder), 'latin1'),
    );
    it(`${name}: marks lie in order within the line; the depth is that of the tree`, () => {
      let state = startState;
      for (const { text } of splitLines(whole)) {
        const { marks, next } = markLine(text, state);
        let last = 0;
        for (const { start, end } of marks) {
          assert.ok(last <= start && start < end && end <= text.length, text);
          last = end;
        }
        state = next;
      }
      const hasBraceProblem = problems.some(({ code }) => code !== 'unterminated-quote');
      if (!hasBraceProblem) assert.equal(state.depth, 0);
    });
  }
});

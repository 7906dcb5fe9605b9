import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { lineAt } from '../../../../server/keepalived/config/edit/text-edits.ts';
import { summarizeConfiguration } from '../../../../server/keepalived/config/questions.ts';
import { findStatements, parseConfiguration } from '../../../../server/keepalived/language/tree.ts';
import type {
  ConfigurationNode,
  ConfigurationTree,
} from '../../../../server/keepalived/language/tree.ts';
import { measureCpuMs } from '../../../cpu-time.ts';

const evidenceFolder = 'test/fixtures/evidence/configs';
const samplesFolder = '/usr/share/doc/keepalived/samples';

/** A tree as nested text: `keyword argument { child; child }`, opaque lines as `<reason>`. */
function outline(nodes: readonly ConfigurationNode[]): string {
  return nodes
    .map((node) => {
      if (node.kind === 'opaque') return `<${node.reason}>`;
      if (node.kind === 'include') return `<${node.keyword} ${node.pattern}>`;
      const words = node.words.map((word) => word.text).join(' ');
      return node.block === undefined ? words : `${words} { ${outline(node.block.children)} }`;
    })
    .join('; ');
}

function outlineOf(text: string, configurationId?: string): string {
  return outline(parseConfiguration(text, { configurationId }).children);
}

/** The text as edits see it: every line with its ending, and every word at its place in its line. */
function reprint(tree: ConfigurationTree): string {
  const lines = tree.lineStarts.map((_, index) => lineAt(tree, index + 1));
  const visit = (nodes: readonly ConfigurationNode[]) => {
    for (const node of nodes) {
      if (node.kind !== 'statement') continue;
      const line = lines[node.line - 1];
      assert.ok(line);
      for (const { text, start, end, quoted } of node.origin === 'plain' ? node.words : []) {
        const written = line.text.slice(start, end);
        assert.equal(
          quoted ? written : written.replaceAll(/\\([#!])/g, '$1'),
          quoted ? `"${text}"` : text,
        );
      }
      visit(node.block?.children ?? []);
    }
  };
  visit(tree.children);
  return lines.map((line) => line.text + line.ending).join('');
}

/** A small seeded generator (mulberry32): the same files in every run. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

describe('a configuration read and printed is the same, byte for byte', () => {
  for (const folder of [evidenceFolder, samplesFolder]) {
    const names = readdirSync(folder);
    it(`${folder}: ${names.length} files`, () => {
      assert.ok(names.length > 20);
      for (const name of names) {
        const bytes = readFileSync(join(folder, name));
        for (const encoding of ['latin1', 'utf8'] as const) {
          const text = bytes.toString(encoding);
          assert.equal(reprint(parseConfiguration(text)), text, name);
        }
        assert.deepEqual(
          Buffer.from(reprint(parseConfiguration(bytes.toString('latin1'))), 'latin1'),
          bytes,
        );
      }
    });
  }

  it('2,000 generated files, with every special character of the language', () => {
    const pieces = [
      ...['vrrp_instance', 'priority', 'include', 'a.conf', '10.0.0.1/24', '$X=', '$X', '${X}'],
      ...['@id ', '@^id ', '~SEQ(N, 1, 2) ', '{', '}', '"', '\\', '!', '#', ' ', '\t', '\n'],
      ...['\r\n', '\r', '\n\n', '\0', '\uFEFF', 'é', '\ud800', '$X= \\\n', '\f', "'"],
    ];
    const random = createRandom(112);
    for (let file = 0; file < 2_000; file += 1) {
      let text = '';
      for (let length = random(40); length > 0; length -= 1)
        text += pieces[random(pieces.length)] ?? '';
      assert.equal(reprint(parseConfiguration(text, { configurationId: 'id' })), text);
    }
  });

  it('1 MB, in time that grows with the size and no faster', () => {
    const block = 'vrrp_instance VI { # comment\n  virtual_ipaddress {\n    10.0.0.1/24\n  }\n}\n';
    const hostile = [
      ...['{'.repeat(2e5), '"'.repeat(2e5), '\\'.repeat(2e5), '$A '.repeat(1e5)],
      ...['a{'.repeat(1e5), 'a}'.repeat(1e5), 'a b"c"{'.repeat(3e4)],
    ];
    const doubling = '$A=x x\n' + '$A=$A $A\n'.repeat(20) + 'y $A $A $A\n'.repeat(1e4);
    const recursive = '$A= \\\n$A \\\n$A \\\n$A\n\n' + '$A\n'.repeat(1e4);
    const texts = [block.repeat(1_000_000 / block.length), ...hostile, doubling, recursive];
    for (const text of texts) {
      const tookMs = measureCpuMs(() => {
        const tree = parseConfiguration(text);
        assert.equal(reprint(tree), text);
        summarizeConfiguration(tree);
      });
      assert.ok(tookMs < 4_000, `${tookMs} ms: ${text.slice(0, 20)}`);
    }
  });
});

describe('the language', () => {
  it('comments start anywhere, even inside a word or behind a backslash, unless quoted', () => {
    assert.equal(
      outlineOf('global_defs { router_id "A B!#C" ! trailing\n from a\\#b@x#c1\n}'),
      'global_defs { router_id A B!#C; from a }',
    );
  });

  it('braces outside quotes split anywhere, and may come lines later', () => {
    assert.equal(outlineOf('a b{c d}e "{"}'), 'a b { c d }; e {');
    assert.equal(
      outlineOf('virtual_ipaddress\n\n # c\n {\n 10.9.0.9\n }'),
      'virtual_ipaddress { 10.9.0.9 }',
    );
  });

  it('only double quotes quote, and a word ends where one starts', () => {
    assert.equal(outlineOf("name 'sq uote'"), "name 'sq uote'");
    const [statement] = findStatements(parseConfiguration('a b"c d"').children, 'a');
    assert.deepEqual(
      statement?.words.map((word) => [word.text, word.start, word.end, word.quoted]),
      [
        ['a', 0, 1, false],
        ['b', 2, 3, false],
        ['c d', 3, 8, true],
      ],
    );
  });

  it('a trailing backslash is glued to the last word, even from a comment', () => {
    assert.equal(outlineOf('priority \\\n 90'), 'priority\\; 90');
    assert.equal(outlineOf('virtual_router_id 5 # other \\'), 'virtual_router_id 5\\');
    assert.equal(outlineOf('# alone \\\nx { # y \\'), '\\; x { \\ }');
  });

  it('single-line definitions are resolved, in both spellings', () => {
    assert.equal(
      outlineOf('$IF=eth0 # c\n$I=interface\n a { $I $IF\n${I} x${IF}y\n}'),
      '<definition>; <definition>; a { interface eth0; interface xeth0y }',
    );
    assert.equal(outlineOf('$P = 90\npriority ${P}'), '$P = 90; priority $ { P }');
    assert.equal(outlineOf('x $UNKNOWN'), 'x $UNKNOWN');
  });

  it('multi-line definitions become lines, until a blank one or one without a backslash', () => {
    const text = '$V= \\\n 10.0.0.1 \\\n # c\n 10.0.0.2\nvips {\n $V\n}\n$W=a \\\n\nb';
    assert.equal(outlineOf(text), '<definition>; vips { 10.0.0.1; 10.0.0.2 }; <definition>; b');
  });

  it('conditional lines apply only for the id that is given', () => {
    const text = '@one a 1\n@two a 2\n@^one a 3\n@one\n';
    assert.equal(outlineOf(text), '<condition>; <condition>; <condition>; <condition>');
    assert.equal(outlineOf(text, 'one'), 'a 1; <elsewhere>; <elsewhere>; <condition>');
    assert.equal(outlineOf(text, 'two'), '<elsewhere>; a 2; a 3; <condition>');
    assert.equal(outlineOf('@one vips {\n@one }\nb', 'one'), 'vips {  }; b');
  });

  it('sequences and includes keep their braces to themselves', () => {
    assert.equal(outlineOf('~SEQ(N, 1, 2) vrrp_instance S$N { x\ny'), '<sequence>; y');
    assert.equal(
      outlineOf('a { include conf.d/{a,b}.conf # c\n}\nincludea x\nincludez y'),
      'a { <include conf.d/{a,b}.conf> }; <includea x>; includez y',
    );
  });

  it('keeps the shape of the evidence that has everything at once', () => {
    const { children, problems } = parseConfiguration(
      readFileSync(join(evidenceFolder, 'lex.conf'), 'utf8'),
      { configurationId: 'kr-host-x' },
    );
    const [instance] = findStatements(children, 'vrrp_instance');
    assert.equal(
      outline(instance?.block?.children ?? []),
      'interface eth0; virtual_router_id 60; priority $ { P }; <include inc.conf>; ' +
        'virtual_ipaddress { 10.9.0.110/24; 10.9.0.111/24 }; ' +
        'authentication { auth_type PASS; auth_pass pa }; ' +
        // The open quote in the password swallowed the brace behind it.
        'vrrp_instance NO1 { interface eth0 }; ' +
        '<elsewhere>; <elsewhere>; <elsewhere>; <elsewhere>; <elsewhere>; <sequence>',
    );
    assert.ok(problems.some((problem) => problem.code === 'unterminated-quote'));
  });
});

describe('problems are found, with the line to look at', () => {
  function problemsOf(text: string) {
    return parseConfiguration(text).problems.map(({ code, line }) => [code, line]);
  }

  it('an unclosed block: where it opened', () => {
    assert.deepEqual(problemsOf('a {\n}\nb\n{\n c {\n }\n'), [['unclosed-block', 4]]);
  });

  it('an extra closing brace', () => {
    assert.deepEqual(problemsOf('a {\n}\n}\nb { }'), [['extra-closing-brace', 3]]);
    const evidence = readFileSync(join(evidenceFolder, '06-missing-open.conf'), 'utf8');
    assert.deepEqual(problemsOf(evidence), [['extra-closing-brace', 17]]);
  });

  it('a brace without a keyword, which takes its own partner along', () => {
    assert.deepEqual(problemsOf('a {\n{\n}\n}'), [['stray-opening-brace', 2]]);
  });

  it('a quote without a partner, once a line', () => {
    assert.deepEqual(problemsOf('a "b\nc \\"d\n'), [
      ['unterminated-quote', 1],
      ['unterminated-quote', 2],
    ]);
  });

  it('not more than a person can read', () => {
    assert.equal(problemsOf('}\n'.repeat(5000)).length, 100);
  });
});

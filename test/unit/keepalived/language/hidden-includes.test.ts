import assert from 'node:assert/strict';
import test from 'node:test';
import { findHiddenIncludes } from '../../../../server/keepalived/language/hidden-includes.ts';
import { measureCpuMs } from '../../../cpu-time.ts';

const linesOf = (text: string, id: string | undefined = 's1') =>
  findHiddenIncludes([{ text }], id).map(({ line }) => line);

const hidden: Record<string, string> = {
  'behind a condition': '@s1 include extra.conf\n',
  'behind a condition that is negated': '@^other include extra.conf\n',
  'behind two conditions': '@s1 @^s2   includea extra.conf\n',
  'as a definition': '$I=include extra.conf\n$I\n',
  'as the first word by definition': '$I=include\n$I extra.conf\n',
  'as part of a word': '$I=inc\n${I}lude extra.conf\n',
  'by a definition of a definition': '$B=include\n$A=$B /etc/x\n@s1 $A\n',
  'in a definition of several lines': '$I= \\\nstate MASTER \\\ninclude extra.conf\n\n$I\n',
  'in a sequence': '~SEQ(i,1) include extra.conf\n',
  'in a list': '~LST(x,lude) inc${x} extra.conf\n',
  'in a list of two': '~LST((a,b),(inc,lude)) ${a}${b} extra.conf\n',
  'behind an opening brace': 'vrrp_instance A { include extra.conf\n}\n',
  'behind a closing brace': 'global_defs {\n} include extra.conf\n',
};
for (const [how, text] of Object.entries(hidden)) {
  test(`an include ${how} is hidden`, () => {
    assert.equal(linesOf(text).length, 1, JSON.stringify(linesOf(text)));
  });
}

const plain: Record<string, string> = {
  'at the beginning of a line': 'include extra.conf\n',
  'in a block, indented': 'vrrp_instance A {\n\tinclude extra.conf\n}\n',
  'with a definition in its path': '$D=conf.d\ninclude ${D}/*.conf\n',
  'in a comment': '@s1 state MASTER # include extra.conf\n',
  'in quotes': '@s1 script "include { include x }"\n',
  'as a definition that is not used': '$I=include extra.conf\n',
  'in a word': 'include_check\n@s1 includes x\n',
  'in a list of addresses': '~LST(ip,10.0.0.1,10.0.0.2) $ip\n',
};
for (const [how, text] of Object.entries(plain)) {
  test(`an include ${how} is none`, () => {
    assert.deepEqual(linesOf(text), []);
  });
}

const elsewhere: Record<string, string> = {
  'behind a condition': '@s2 include extra.conf\n',
  'behind a condition that is negated': '@^s1 includea extra.conf\n',
  'as a definition of another server': '@s2 $I=include extra.conf\n@s2 $I\n',
  'in a sequence of another server': '@s2 ~SEQ(i,1) include extra.conf\n',
};
for (const [how, text] of Object.entries(elsewhere)) {
  test(`an include ${how} for another server is named as that`, () => {
    const found = findHiddenIncludes([{ path: '/a', text: `${text}state MASTER\n` }], 's1');
    assert.deepEqual(
      found.map(({ isElsewhere }) => isElsewhere),
      [true],
    );
  });
}

test('an include for this server and one for another are told apart', () => {
  const found = findHiddenIncludes([{ text: '@s1 include a.conf\n@s2 include b.conf\n' }], 's1');
  assert.deepEqual(
    found.map(({ line, isElsewhere = false }) => [line, isElsewhere]),
    [
      [1, false],
      [2, true],
    ],
  );
});

test('where the id is not known, any line may apply', () => {
  assert.deepEqual(
    findHiddenIncludes([{ text: '@s2 include extra.conf\n' }], undefined).map(({ line }) => line),
    [1],
  );
});

test('a definition holds in the files that are read after it', () => {
  const files = [
    { path: '/a', text: '\n$I extra.conf\n' },
    { path: '/b', text: '$I=include\n' },
  ];
  assert.deepEqual(findHiddenIncludes(files, 's1'), [
    { path: '/a', line: 2, text: '$I extra.conf' },
  ]);
});

test('twice the text takes no more than a few times as long', () => {
  const text = (lines: number) => '$A=$B x\n@s1 $A { $A } y\n~LST(x,a,b) $x$x$x\n'.repeat(lines);
  const measure = (lines: number) => measureCpuMs(() => linesOf(text(lines)));
  measure(2000);
  assert.ok(measure(8000) < 20 * measure(2000) + 200);
});

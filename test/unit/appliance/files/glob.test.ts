import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { findMatches } from '../../../../server/appliance/files/glob.ts';
import { measureCpuOf } from '../../../cpu-time.ts';

const folder = mkdtempSync(join(tmpdir(), 'glob-'));
after(() => {
  rmSync(folder, { recursive: true });
});
const names = [
  'a.conf',
  'b.conf',
  'c.txt',
  '.hidden.conf',
  'sub/a.conf',
  'sub/deep/z.conf',
  'x]y',
  'é.c',
];
for (const name of names) {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), '');
}

async function match(pattern: string): Promise<string[]> {
  const { paths } = await findMatches(pattern, folder, () => Promise.resolve(true));
  return paths.map((path) => path.replace(`${folder}/`, ''));
}

const expectations: [string, string[]][] = [
  ['*.conf', ['a.conf', 'b.conf']],
  ['.*.conf', ['.hidden.conf']],
  ['?.conf', ['a.conf', 'b.conf']],
  ['?.c', ['é.c']],
  ['[!a].conf', ['b.conf']],
  ['[a-c].*', ['a.conf', 'b.conf', 'c.txt']],
  ['[]x]]y', ['x]y']],
  ['*/*.conf', ['sub/a.conf']],
  ['*/*/z.conf', ['sub/deep/z.conf']],
  ['*/z.conf', []],
  ['{a,sub/a,b}.conf', ['a.conf', 'sub/a.conf', 'b.conf']],
  ['{a,s{ub,ab}/*}.conf', ['a.conf', 'sub/a.conf']],
  ['missing.conf', ['missing.conf']],
  ['missing*.conf', []],
  ['sub/../a.conf', ['sub/../a.conf']],
];
for (const [pattern, paths] of expectations) {
  test(`${pattern} names what glob(3) would`, async () => {
    assert.deepEqual(await match(pattern), paths);
    assert.deepEqual(
      await match(join(folder, pattern).replace('sub/../', '')),
      paths.map((path) => path.replace('sub/../', '')),
    );
  });
}

test('a folder that may not be listed is reported, not searched', async () => {
  const result = await findMatches('{sub,.}/*.conf', folder, (path) =>
    Promise.resolve(!path.endsWith('sub')),
  );
  assert.deepEqual(result, {
    paths: [`${folder}/./a.conf`, `${folder}/./b.conf`],
    refusedFolders: [`${folder}/sub`],
    unseen: new Map(),
  });
});

test('patterns made to take for ever end at once', async () => {
  writeFileSync(join(folder, 'a'.repeat(250)), '');
  const { tookMs } = await measureCpuOf(async () => {
    assert.deepEqual(await match(`${'*a'.repeat(120)}*b`), []);
    const many = await match('{a,b}'.repeat(40));
    assert.ok(many.length <= 1024);
  });
  assert.ok(tookMs < 1000, `${tookMs} ms`);
});

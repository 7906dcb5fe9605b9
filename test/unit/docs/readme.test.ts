import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { listSettingNames } from '../../setting-names.ts';

const readme = readFileSync(join(import.meta.dirname, '../../../README.md'), 'utf8');

test('the README’s table has each setting of the environment, and no other', () => {
  const rows = readme.split('\n').filter((line) => line.startsWith('| `WAI_'));
  const listed = rows.flatMap((row) => row.split('|')[1]?.match(/WAI_\w+/g) ?? []);
  const known = listSettingNames();
  assert.ok(known.length > 10);
  assert.deepEqual(listed.toSorted(), known.toSorted());
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  findingCodeList,
  findingCodes,
} from '../../../server/keepalived/config/rules/finding-codes.ts';
import type { FindingWeight } from '../../../server/keepalived/config/rules/finding-codes.ts';
import { alarmCodes, raise } from '../../../server/keepalived/status/alarms/alarm-codes.ts';

const manual = readFileSync(join(import.meta.dirname, '../../../docs/manual.md'), 'utf8');

/** The rows of the table in a section: code, weight, meaning, what to do. */
function readRows(title: string): string[][] {
  const section = new RegExp(`^## ${title}$(.*?)(?:^## |$(?![^]))`, 'ms').exec(manual)?.[1] ?? '';
  return Array.from(section.matchAll(/^\| `([a-z-]+)`\s*\|(.*?)\|(.*?)\|(.*?)\|$/gm), (row) =>
    row.slice(1).map((cell) => cell.trim()),
  );
}

const weightWords: Record<FindingWeight, string> = {
  ends: 'ends keepalived',
  fatal: 'error',
  warning: 'warning',
  info: 'information',
};

for (const [title, expected] of [
  ['Alarms', alarmCodes.map((code) => `${code} ${raise(code, '').severity}`)],
  [
    'Findings',
    findingCodeList.map(
      (code) => `${code} ${findingCodes[code].map((weight) => weightWords[weight]).join(', ')}`,
    ),
  ],
] as const) {
  const rows = readRows(title);

  test(`the manual’s ${title} list each code with how severe it is, once`, () => {
    const listed = rows.map(([code = '', severity = '']) => `${code} ${severity}`);
    assert.deepEqual(listed.toSorted(), expected.toSorted());
  });

  test(`the manual’s ${title} say of each code what it means and what to do`, () => {
    for (const [code, , meaning = '', whatToDo = ''] of rows) {
      assert.ok(meaning.length > 15 && whatToDo.length > 8, code);
    }
  });
}

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { raise } from '../../../server/keepalived/status/alarms/alarm-codes.ts';
import { alarmCodes } from '../../../server/keepalived/status/status.ts';

const manual = readFileSync(join(import.meta.dirname, '../../../docs/manual.md'), 'utf8');
const section = /^## Alarms$(.*?)^## /ms.exec(manual)?.[1] ?? '';
const rows = [...section.matchAll(/^\| `([a-z-]+)`\s*\|(.*?)\|(.*?)\|(.*?)\|$/gm)].map((row) =>
  row.slice(1).map((cell) => cell.trim()),
);

test('the manual lists each alarm with its severity, once', () => {
  const listed = rows.map(([code, severity]) => `${code ?? ''} ${severity ?? ''}`);
  const raised = alarmCodes.map((code) => `${code} ${raise(code, '').severity}`);
  assert.deepEqual(listed.toSorted(), raised.toSorted());
});

test('and says of each what it means and what to do', () => {
  for (const [code, , meaning = '', whatToDo = ''] of rows) {
    assert.ok(meaning.length > 20 && whatToDo.length > 20, code);
  }
});

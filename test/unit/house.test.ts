import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';

/** What one person can keep in view. */
const mostFiles = 15;
const files = ['server', 'public/src', 'test', 'bench', 'scripts'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => path.join(folder, name)),
);
const importPattern = /(?:from|import\(|^import)\s*'(\.[^']+)'/gm;

test(`no folder of server/ has more than ${mostFiles} files side by side`, () => {
  const counts = new Map<string, number>();
  for (const file of files.filter((name) => name.startsWith('server'))) {
    const folder = path.dirname(file);
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  assert.ok(counts.size > 40, 'the folders are found');
  assert.deepEqual(
    [...counts].filter(([, count]) => count > mostFiles),
    [],
  );
});

// Not a rule of the linter: its own takes 45 s of processor time, and sees no import of a type alone.
test('no file imports itself through others, not even for a type', () => {
  const imports = new Map(files.map((file) => [file, listImports(file)]));
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, way: readonly string[]): void => {
    const start = way.indexOf(file);
    if (start >= 0) circles.push([...way.slice(start), file].join(' → '));
    if (start >= 0 || done.has(file)) return;
    for (const next of imports.get(file) ?? []) visit(next, [...way, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  assert.deepEqual(circles, []);
});

const exportPattern =
  /^export (?:default )?(?:async )?(?:abstract )?(?:const|let|class|function\*?|interface|type|enum) (\w+)/gm;

test('no exported name of server/ stands for two things', () => {
  const places = new Map<string, Set<string>>();
  for (const file of files.filter((name) => name.startsWith('server'))) {
    for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(exportPattern)) {
      places.set(name, (places.get(name) ?? new Set()).add(file));
    }
  }
  assert.ok(places.size > 1000, 'the names are found');
  assert.deepEqual(
    [...places].filter(([, where]) => where.size > 1),
    [],
  );
});

function listImports(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(importPattern)].map(([, specifier = '']) =>
    path.join(path.dirname(file), specifier),
  );
}

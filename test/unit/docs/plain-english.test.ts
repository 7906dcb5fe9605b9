/** Words that we do not use (CONTRIBUTING.md, “How we write”), and sentences that nobody reads at 3 a.m. */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';

const root = join(import.meta.dirname, '../../..');

function listFiles(folder: string, ending: RegExp): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => ending.test(name))
    .map((name) => join(folder, name));
}

const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** In what users and readers see: pages, messages, comments, documents. */
const written = [
  ...listFiles('views', /\.eta$/),
  ...listFiles('server', /\.ts$/).filter((path) => !path.startsWith('server/keepalived/')),
  ...listFiles('public/src', /\.ts$/),
  ...listFiles('public/js', /\.js$/),
  ...listFiles('docs', /\.md$/),
  'README.md',
];

const banned = [
  /\banew\b/i,
  /\bput(?:s)? (?:back|right)\b/i,
  /\bcomplain(?:s|ed)?\b/i,
  /\bended of\b/i,
  /\b(?:gave|gives?) no account\b/i,
  /\bcannot be told\b/i,
  /\bis heard of\b/i,
  /\bin force\b/i,
  /\b(?:look here|stops you|warns you|for your information|i have understood)\b/i,
  /\bgo back by itself\b/i,
  /\blets go\b/i,
  /\bso is it\b/i,
  /\b(?:he|him|his|himself)\b/i,
  /\b(?:shall|unto|thereof|forthwith)\b/i,
];

test('no page, message, comment or document uses an archaic or clever turn, or says “he”', () => {
  const found = written.flatMap((path) =>
    read(path)
      .split('\n')
      .flatMap((line, index) =>
        banned.some((word) => word.test(line)) ? [`${path}:${index + 1}: ${line.trim()}`] : [],
      ),
  );
  assert.deepEqual(found, []);
});

const longestSentence = 35;

/** The literals with text for people: more than one word, and no text of a file. */
function listTexts(path: string): string[] {
  const code = read(path);
  // No literal is broken: so long a sentence stands in a long line. Parsing all would take seconds.
  if (!code.split('\n').some(({ length }) => length > 120)) return [];
  const source = ts.createSourceFile(path, code, ts.ScriptTarget.Latest, true);
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) texts.push(node.text);
    if (ts.isTemplateExpression(node)) {
      texts.push(node.getText(source).replaceAll(/\$\{[^}]*\}/g, 'X'));
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return texts.filter((text) => /\s/.test(text) && !/\n|\\n/.test(text));
}

test(`no sentence of the server has more than ${longestSentence} words`, () => {
  const found = listFiles('server', /\.ts$/).flatMap((path) =>
    listTexts(path).flatMap((text) =>
      text
        .split(/(?<=[.?!:;])\s/)
        .filter((sentence) => sentence.split(/\s+/).length > longestSentence)
        .map((sentence) => `${path}: ${sentence}`),
    ),
  );
  assert.deepEqual(found, []);
});

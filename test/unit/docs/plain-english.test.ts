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

/** All that somebody reads: pages, messages, comments, tests, documents. */
const written = [
  ...['server', 'views', 'public/src', 'public/js', 'test']
    .flatMap((folder) => listFiles(folder, /\.(?:ts|mts|mjs|js|eta|md)$/))
    .filter((path) => !/^test\/(?:fixtures|unit\/docs)\//.test(path)),
  ...listFiles('docs', /\.md$/),
  ...['README.md', 'CONTRIBUTING.md'],
];

/**
 * What nobody says today, with what to write instead. One that is gone everywhere is added here, so
 * that it does not come back.
 */
const banned: readonly [RegExp, string][] = [
  [/\banew\b/i, 'again'],
  [/\bput(?:s)? right\b/i, 'correct'],
  [/\bended of\b/i, 'exited because of it'],
  [/\bit cannot be told\b/i, 'can’t tell'],
  [/\baccount of itself\b/i, 'did not answer'],
  [/\blets? go of\b/i, 'release'],
  [/\bis heard of\b/i, 'answers, is received'],
  [/\bgave it up\b/i, 'released it'],
  [/\bupon\b/i, 'on'],
  [/\btestif(?:y|ied|ies)\b/i, 'report'],
  [/\bis well again\b/i, 'recovered'],
  [/\b(?:look here|stops you|warns you)\b/i, 'Check this, Error, Warning'],
  [/\bmeanwhile, and is\b/i, 'Someone changed … while this form was open'],
  [/\bnothing to complain\b/i, 'No problems found'],
  [/\bI have understood\b/i, 'what the button does'],
  [/\bof its own accord\b/i, 'by itself'],
  [/\bgo back by itself\b/i, 'roll back automatically'],
  [/\bis to be ended\b/i, 'Already normal'],
  [/\bno words for\b/i, 'does not know'],
  [/\bso is it\b/i, 'and still is'],
  [/\b(?:shall|unto|thereof|forthwith)\b/i, 'must, to, of it, at once'],
  [/\b(?:he|him|his|himself)\b/i, 'they'],
];

test('nothing uses a turn that nobody says today', () => {
  const found = written.flatMap((path) =>
    read(path)
      .split('\n')
      .flatMap((line, index) =>
        banned
          .filter(([phrase]) => phrase.test(line))
          .map(([phrase, better]) => `${path}:${index + 1} ${String(phrase)}: write “${better}”`),
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

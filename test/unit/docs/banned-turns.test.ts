import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';

/**
 * What nobody says today, with what to write instead. One that is gone everywhere is added here, so
 * that it does not come back.
 */
const banned: readonly [RegExp, string][] = [
  [/\banew\b/i, 'again'],
  [/\bput right\b/i, 'correct'],
  [/\bended of it\b/i, 'exited because of it'],
  [/\bit cannot be told\b/i, 'can’t tell'],
  [/\baccount of itself\b/i, 'did not answer'],
  [/\blets? go of\b/i, 'release'],
  [/\bis heard of\b/i, 'answers, is received'],
  [/\bgave it up\b/i, 'released it'],
  [/\bupon\b/i, 'on'],
  [/\btestif(?:y|ied|ies)\b/i, 'report'],
  [/\bis well again\b/i, 'recovered'],
  [/\blook here\b/i, 'Check this'],
  [/\bmeanwhile, and is\b/i, 'Someone changed … while this form was open'],
  [/\bnothing to complain\b/i, 'No problems found'],
  [/\bI have understood\b/i, 'what the button does'],
  [/\bof its own accord\b/i, 'by itself'],
  [/\bis to be ended\b/i, 'Already normal'],
  [/\bno words for\b/i, 'does not know'],
  [/\b(?:he|his|himself)\b/i, 'they'],
];
const extensions = new Set(['.ts', '.mts', '.mjs', '.js', '.eta', '.md']);
const left = new Set(['test/fixtures', 'test/unit/docs/']);

test('nothing that is written here uses a turn that nobody says today', () => {
  const files = ['server', 'views', 'public/src', 'public/js', 'test'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => extensions.has(path.extname(name)))
      .map((name) => path.join(folder, name)),
  );
  assert.ok(files.length > 500, 'the files are found');
  const found = [...files, 'docs/manual.md', 'CONTRIBUTING.md']
    .filter((file) => ![...left].some((one) => file.startsWith(one)))
    .flatMap((file) =>
      readFileSync(file, 'utf8')
        .split('\n')
        .flatMap((line, index) =>
          banned
            .filter(([phrase]) => phrase.test(line))
            .map(([phrase, better]) => `${file}:${index + 1} ${String(phrase)}: write “${better}”`),
        ),
    );
  assert.deepEqual(found, []);
});

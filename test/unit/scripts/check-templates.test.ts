import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import type ts from 'typescript';
import { checkTemplates } from '../../../scripts/templates/check-templates.ts';
import type { TemplateProblem } from '../../../scripts/templates/check-templates.ts';
import { readCompilerOptions } from '../../../scripts/templates/compiler-options.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const options = readCompilerOptions(root);
const modelsFile = path.join(import.meta.dirname, 'models.ts');

const models = `
export interface Pages {
  list: { page: { title: string }; rows: { name: string; age: number | undefined }[]; note: string };
}
export interface Layouts { frame: { page: { title: string }; body: string; scripts?: string[] } }
export interface Partials { row: { name: string; label: string }; rule: {} }
`;
const good = {
  'list.eta': `<% layout('/layouts/frame', { scripts: ['a.js'] }) %>
<% for (const row of it.rows) { %>
<%~ include('/partials/row', { ...row, label: it.note }) %>
<% if (row.age !== undefined) { %><%= row.age %><% } %>
<% } %>
<%~ include('/partials/rule') %>
`,
  'partials/row.eta': `<b><%= it.name %></b> <%= it.label %>\n`,
  'partials/rule.eta': '<hr>\n',
  'layouts/frame.eta': `<h1><%= it.page.title %></h1><% for (const script of it.scripts ?? []) { %><%= script %><% } %><%~ it.body %>`,
};

/** Only the first check reads the types of the language. */
let checked: ts.Program | undefined;

function check(changes: Record<string, string>, table = models): TemplateProblem[] {
  const { problems, program } = checkTemplates(
    {
      templates: new Map(Object.entries({ ...good, ...changes })),
      overlay: new Map([[modelsFile, table]]),
      options: { ...options, types: [] },
      modelsFile,
    },
    checked,
  );
  checked = program;
  return problems;
}

/** One template with one change, and the place and the words of the one problem that it makes. */
function assertProblem(
  [file, from, to]: [keyof typeof good, string, string],
  line: number,
  message: RegExp,
): void {
  const text = good[file].replace(from, to);
  assert.notEqual(text, good[file], 'the change is one');
  const problems = check({ [file]: text });
  assert.deepEqual(
    problems.map((problem) => [problem.file, problem.line]),
    [[file, line]],
    JSON.stringify(problems),
  );
  assert.match(problems[0]?.message ?? '', message);
}

test('templates that fit their models have no problem', () => {
  assert.deepEqual(check({}), []);
});

test('a field that the model does not have is reported at its line', () => {
  assertProblem(['list.eta', 'row.age %>', 'row.years %>'], 4, /'years' does not exist/);
  assertProblem(['list.eta', 'it.rows', 'it.lines'], 2, /'lines' does not exist/);
});

test('a field that is renamed in the model fails where it is used', () => {
  const problems = check({}, models.replace('label:', 'caption:'));
  assert.deepEqual(
    problems.map(({ file, line }) => `${file}:${line}`),
    ['list.eta:3', 'partials/row.eta:1'],
  );
});

test('a partial is one that there is, and gets the whole of its model', () => {
  assertProblem(['list.eta', '/partials/rule', '/partials/ruler'], 6, /"\/partials\/ruler"/);
  assertProblem(['list.eta', ', label: it.note', ''], 3, /'label' is missing/);
  assertProblem(['list.eta', ', { ...row, label: it.note }', ''], 3, /Expected 2 arguments/);
  assertProblem(['list.eta', 'label: it.note', 'label: 5'], 3, /'number'.* type 'string'/s);
  assertProblem(['list.eta', '/layouts/frame', '/layouts/page'], 1, /"\/layouts\/page"/);
  assertProblem(['list.eta', "scripts: ['a.js']", "styles: ['a.css']"], 1, /'styles'/);
});

test('only text and numbers are printed', () => {
  assertProblem(
    ['list.eta', 'row.age !== undefined', 'row.name'],
    4,
    /'number \| undefined' is not assignable/,
  );
  assertProblem(['layouts/frame.eta', 'it.body', 'it.scripts'], 1, /'string\[\] \| undefined'/);
});

test('a partial inherits nothing that it is not given', () => {
  const table = models.replace('label: string', '$&; note?: string');
  assert.deepEqual(check({}, table), [
    { file: 'list.eta', line: 3, message: '“note” would be this template’s own: give it.' },
  ]);
  const given = good['list.eta'].replace('label: it.note', '$&, note: it.note');
  assert.deepEqual(check({ 'list.eta': given }, table), []);
});

test('a branch that the model decides is reported', () => {
  assertProblem(['list.eta', 'it.note', 'it.note ?? "none"'], 3, /“\?\?” is not needed: it\.note/);
  assertProblem(['list.eta', 'row.age !==', 'row?.age !=='], 4, /“\?\.” is not needed: row/);
  assertProblem(['list.eta', 'row.age !== undefined', 'row && row.age'], 4, /row is always true/);
});

test('a template is JavaScript, and whole', () => {
  assertProblem(['partials/row.eta', 'it.label', 'it.label as string'], 1, /not JavaScript/);
  assertProblem(['partials/row.eta', 'it.label %>', 'it.label'], 1, /unclosed tag/);
  assertProblem(['list.eta', '<% } %>\n<% } %>', '<% } %>'], 5, /./);
});

test('each template has a model, and each model its template', () => {
  assert.deepEqual(
    check({ 'partials/lost.eta': '<%= it.name %>' }).map(({ file }) => file),
    ['partials/lost.eta'],
  );
  const more = models
    .replace('export interface Partials {', '$&\n  gone: { name: string };')
    .replace('list:', 'lost: {}; list:');
  assert.deepEqual(check({}, more), [
    { file: modelsFile, line: 7, message: 'There is no template partials/gone.eta.' },
    { file: modelsFile, line: 3, message: 'There is no template lost.eta.' },
  ]);
});

test('the real views: a renamed field, a renamed use and a misspelled partial all fail', () => {
  const views = path.join(root, 'views');
  const templates = new Map(
    readdirSync(views, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.eta'))
      .map((name) => [name, readFileSync(path.join(views, name), 'utf8')]),
  );
  const change = (text = '', from: string, to: string) => {
    assert.ok(text.includes(from), `${from} is there`);
    return text.replaceAll(from, to);
  };
  templates.set('debug.eta', change(templates.get('debug.eta'), 'it.proposedPassword', 'it.pass'));
  templates.set(
    'login.eta',
    change(templates.get('login.eta'), '/partials/csrf', '/partials/csfr'),
  );
  const renamed = path.join(root, 'server/web/pages/edit/view-model.ts');
  const text = change(readFileSync(renamed, 'utf8'), 'isNew: boolean;', 'isMissing: boolean;');
  const { problems } = checkTemplates({
    ...{ templates, options, overlay: new Map([[renamed, text]]) },
    modelsFile: path.join(root, 'server/web/templates.ts'),
  });
  assert.deepEqual(
    problems.map(({ file, message }) => [file, /"\/[^"]*"|'\w+'/.exec(message)?.[0]]),
    [
      ['debug.eta', "'pass'"],
      ['login.eta', '"/partials/csfr"'],
      ['partials/edit-fields.eta', "'isNew'"],
    ],
  );
});

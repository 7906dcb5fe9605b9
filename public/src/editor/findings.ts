import { setDiagnostics } from '@codemirror/lint';
import type { Diagnostic } from '@codemirror/lint';
import type { Text } from '@codemirror/state';
import type { EditorView } from '@codemirror/view';
import type { CheckDocument } from '../../../server/web/api/check-document.ts';
import { getElement, make } from './elements.ts';

/** A finding as the server describes it. */
type FindingItem = CheckDocument['findings'][number];

const severities = { fatal: 'error', warning: 'warning', info: 'info' } as const;

/** Shows findings at their lines and in the list below, whose summary is read out. */
export function showFindings(view: EditorView, findings: FindingItem[]): void {
  view.dispatch(setDiagnostics(view.state, toDiagnostics(view.state.doc, findings)));
  const section = getElement('findings');
  section.querySelector('ul')?.replaceChildren(...findings.map(makeItem));
  section.hidden = false;
  // What a refused save was told is about an older text.
  document.querySelector('[aria-labelledby="failure-title"] .findings')?.remove();
  say(summarize(findings));
}

/** Says in the list's place why there is no list. */
export function showNoFindings(...reason: (string | Node)[]): void {
  getElement('findings').hidden = false;
  getElement('findings').querySelector('ul')?.replaceChildren();
  getElement('findings-summary').replaceChildren(...reason);
}

function toDiagnostics(doc: Text, findings: FindingItem[]): Diagnostic[] {
  return findings.flatMap(({ line, path, severity, word, message, remedy }) => {
    if (line === undefined || path !== undefined || line > doc.lines) return [];
    const { from, to, text } = doc.line(line);
    const start = from + (text.length - text.trimStart().length);
    return {
      from: start,
      to,
      severity: severities[severity],
      message: `${word}: ${message} ${remedy}`,
    };
  });
}

/** Only a change is read out. */
function say(text: string): void {
  const summary = getElement('findings-summary');
  if (summary.textContent !== text) summary.textContent = text;
}

function summarize(findings: FindingItem[]): string {
  const [worst] = findings;
  if (!worst) return 'No problems found.';
  const where = worst.line === undefined ? '' : `, line ${worst.line}`;
  const first = `${worst.word}${where}: ${worst.message}`;
  const others = findings.length - 1;
  if (others === 0) return first;
  return `${first} And ${others} more ${others === 1 ? 'finding' : 'findings'}.`;
}

/** As `views/partials/findings.eta` has it. */
function makeItem(finding: FindingItem): HTMLElement {
  const { tone, word, line, lineText, path, message, remedy, detail } = finding;
  const item = make('li', `notice tone-${tone}`);
  const sentence = make('p', '', make('strong', 'word', word));
  if (path !== undefined) sentence.append(' in ', make('code', '', path));
  if (line !== undefined)
    sentence.append(', ', path === undefined ? makeLink(line) : `line ${line}`);
  sentence.append(`: ${message}`);
  item.append(sentence);
  if (lineText !== undefined) item.append(make('pre', '', make('code', '', lineText)));
  item.append(make('p', '', remedy));
  if (detail !== undefined) {
    item.append(make('p', 'small muted', 'keepalived says: ', make('code', '', detail)));
  }
  return item;
}

function makeLink(line: number): HTMLElement {
  const link = make('a', '', `line ${line}`);
  link.setAttribute('href', '#text');
  link.dataset['line'] = String(line);
  return link;
}

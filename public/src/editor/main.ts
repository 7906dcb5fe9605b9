/** The editor of configuration files: what the page does without it, it does with more comfort. */
import { EditorSelection } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { createCheck } from './check.ts';
import { createEditor } from './create-editor.ts';
import { getElement } from './elements.ts';
import { keepDraft } from './offer-draft.ts';
import { previewInPlace } from './preview.ts';

function start(form: HTMLFormElement, textarea: HTMLTextAreaElement): void {
  let onChange = (): void => undefined;
  const view = createEditor(textarea, {
    label: `Configuration editor: ${form.dataset['path'] ?? ''}`,
    describedBy: 'editor-keys',
    nonce: document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '',
    version: form.dataset['version'],
    onChange: () => {
      onChange();
    },
  });
  const check = createCheck(form, view);
  const keepTyped = keepDraft(form, view);
  onChange = () => {
    keepTyped();
    check.request();
  };
  check.request();
  previewInPlace(form);
  getElement('editor-keys').hidden = false;

  getElement('text-label').addEventListener('click', (event) => {
    event.preventDefault();
    view.focus();
  });
  document.addEventListener('keydown', (event) => {
    if (event.key.toLowerCase() !== 's' || !(event.ctrlKey || event.metaKey) || event.altKey)
      return;
    event.preventDefault();
    const button = form.querySelector<HTMLButtonElement>('button[name="intent"][value="save"]');
    if (button) form.requestSubmit(button);
  });
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element && event.target.closest('a[data-line]');
    if (!(link instanceof HTMLElement)) return;
    event.preventDefault();
    goToLine(view, Number(link.dataset['line']));
  });
}

function goToLine(view: EditorView, number: number): void {
  const { from, to } = view.state.doc.line(Math.min(number, view.state.doc.lines));
  view.dispatch({
    selection: EditorSelection.range(from, to),
    effects: EditorView.scrollIntoView(from, { y: 'center' }),
  });
  view.focus();
}

const form = document.querySelector<HTMLFormElement>('form#editor');
const textarea = form?.querySelector('textarea');
if (form && textarea) start(form, textarea);

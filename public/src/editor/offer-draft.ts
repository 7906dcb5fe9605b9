import type { EditorView } from '@codemirror/view';
import { createDraftKeeper, forgetAllDrafts } from './draft.ts';
import { getElement } from './elements.ts';
import { replaceText } from './replace-text.ts';

/**
 * Keeps a draft of what is typed, and offers one that an earlier visit of this window left behind.
 * @returns to be called after each change
 */
export function keepDraft(form: HTMLFormElement, view: EditorView): () => void {
  const { file, user = '' } = { file: fieldOf(form, 'file').value, user: form.dataset['user'] };
  const tagField = fieldOf(form, 'tag');
  const drafts = createDraftKeeper(user, file);
  const textOnDisk = view.state.doc.toString();
  const isUnsaved = form.dataset['unsaved'] === 'yes';
  const textNow = (): string => view.state.doc.toString();
  const keep = (): void => {
    const text = textNow();
    if (text === textOnDisk && !isUnsaved) drafts.forget();
    else drafts.keep({ text, tag: tagField.value });
  };

  const left = drafts.find();
  if (isUnsaved || left?.text === textOnDisk) keep();
  else if (left) offer();
  document.querySelector('form.log-out')?.addEventListener('submit', forgetAllDrafts);
  return keep;

  function offer(): void {
    const notice = getElement('draft');
    notice.hidden = false;
    getElement('take-draft').addEventListener('click', () => {
      if (left) {
        // The file may be another one now: then a save finds the conflict.
        tagField.value = left.tag;
        replaceText(view, left.text);
      }
      notice.hidden = true;
      view.focus();
    });
    getElement('drop-draft').addEventListener('click', () => {
      drafts.forget();
      keep();
      notice.hidden = true;
      view.focus();
    });
  }
}

function fieldOf(form: HTMLFormElement, name: string): HTMLInputElement {
  const field = form.elements.namedItem(name);
  if (!(field instanceof HTMLInputElement)) throw new Error(`The form has no field ${name}.`);
  return field;
}

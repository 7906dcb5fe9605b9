import type { EditorView } from '@codemirror/view';

/** Puts another text into the editor, as one change that can be undone. */
export function replaceText(view: EditorView, text: string): void {
  const { doc } = view.state;
  if (doc.toString() !== text)
    view.dispatch({ changes: { from: 0, to: doc.length, insert: text } });
}

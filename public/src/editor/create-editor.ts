import { completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { bracketMatching, foldKeymap, indentOnInput, indentUnit } from '@codemirror/language';
import { lintGutter, lintKeymap } from '@codemirror/lint';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { EditorState } from '@codemirror/state';
import {
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { completion } from './completion.ts';
import { keywordTooltips } from './keyword-tooltip.ts';
import { keepalivedLanguage } from './language.ts';
import { folding } from './outline.ts';
import { replaceText } from './replace-text.ts';
import { theme } from './theme.ts';

export interface EditorOptions {
  /** Accessible name of the editor. */
  label: string;
  /** Id of the element that describes its keys. */
  describedBy: string;
  /** For its style sheets, which the page's policy lets in with this only. */
  nonce: string;
  /** Of the installed keepalived. */
  version: string | undefined;
  onChange: () => void;
}

/** A browser needs a tenth of a second to lay out four thousand lines: not for every key. */
const writeAfterMs = 300;

/**
 * An editor over a textarea, which stays what the form sends: what is typed is written into it after
 * a pause, and sent whether it is or not; what else changes it (a password manager, an assistive
 * tool) is taken over.
 */
export function createEditor(textarea: HTMLTextAreaElement, options: EditorOptions): EditorView {
  let writeTimer: number | undefined;
  const write = (): void => {
    const text = view.state.doc.toString();
    if (textarea.value !== text) textarea.value = text;
  };
  const view = new EditorView({
    state: EditorState.create({
      doc: textarea.value,
      extensions: [
        EditorView.cspNonce.of(options.nonce),
        EditorView.contentAttributes.of({
          'aria-label': options.label,
          'aria-describedby': options.describedBy,
          // Said aloud, though it can be focused without: axe looks for it in what scrolls.
          tabindex: '0',
        }),
        theme,
        EditorView.darkTheme.of(matchMedia('(prefers-color-scheme: dark)').matches),
        lintGutter(),
        lineNumbers(),
        folding,
        highlightActiveLine(),
        highlightActiveLineGutter(),
        bracketMatching(),
        highlightSelectionMatches(),
        history(),
        indentUnit.of(findIndentation(textarea.value)),
        indentOnInput(),
        keepalivedLanguage,
        completion(options.version),
        keywordTooltips,
        search({ top: true }),
        keymap.of([
          ...completionKeymap,
          ...searchKeymap,
          ...lintKeymap,
          ...foldKeymap,
          ...historyKeymap,
          ...defaultKeymap,
          indentWithTab,
        ]),
        EditorView.updateListener.of(({ docChanged }) => {
          if (!docChanged) return;
          window.clearTimeout(writeTimer);
          writeTimer = window.setTimeout(write, writeAfterMs);
          options.onChange();
        }),
      ],
    }),
  });
  textarea.form?.addEventListener('formdata', ({ formData }) => {
    formData.set(textarea.name, view.state.doc.toString());
  });
  // A browser gives back what stood in it when one returns to the page.
  window.addEventListener('pagehide', write);
  textarea.addEventListener('input', () => {
    replaceText(view, textarea.value);
  });
  textarea.classList.add('covered');
  textarea.tabIndex = -1;
  textarea.ariaHidden = 'true';
  textarea.after(view.dom);
  return view;
}

/** What the text's first indented line is indented with. */
function findIndentation(text: string): string {
  return /^(\t| {1,8})\S/m.exec(text)?.[1] ?? '    ';
}

import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';

const popup = {
  backgroundColor: 'var(--surface)',
  color: 'var(--text)',
  border: '1px solid var(--control-line)',
  borderRadius: 'var(--radius)',
};

/** The page's own colours and sizes, light and dark, in the editor. */
export const theme: Extension = EditorView.theme({
  '&': {
    height: 'max(20rem, 100dvh - 26rem)',
    border: '1px solid var(--control-line)',
    borderRadius: 'var(--radius)',
    backgroundColor: 'var(--surface)',
    color: 'var(--text)',
    fontSize: '0.9375rem',
  },
  '&.cm-focused': { outline: '3px solid var(--accent)', outlineOffset: '2px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.5' },
  '.cm-content': { caretColor: 'var(--text)' },
  '.cm-gutters': {
    backgroundColor: 'var(--sunken)',
    color: 'var(--muted)',
    borderRight: '1px solid var(--line)',
  },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--sunken)' },
  '.cm-foldPlaceholder': {
    backgroundColor: 'var(--sunken)',
    borderColor: 'var(--control-line)',
    color: 'var(--muted)',
  },
  '&.cm-focused .cm-matchingBracket': {
    backgroundColor: 'var(--calm-ground)',
    outline: '1px solid var(--calm)',
  },
  '&.cm-focused .cm-nonmatchingBracket': {
    backgroundColor: 'var(--bad-ground)',
    outline: '1px solid var(--bad)',
  },
  '.cm-searchMatch': { backgroundColor: 'var(--warn-ground)', outline: '1px solid var(--warn)' },
  '.cm-searchMatch-selected': { outline: '2px solid var(--warn)' },
  '.cm-selectionMatch': { backgroundColor: 'var(--calm-ground)' },
  '.cm-lintRange': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy',
    textDecorationSkipInk: 'none',
  },
  '.cm-lintRange-error': { textDecorationColor: 'var(--bad)' },
  '.cm-lintRange-warning': { textDecorationColor: 'var(--warn)' },
  '.cm-lintRange-info': { textDecorationColor: 'var(--calm)' },
  '.cm-panels': { backgroundColor: 'var(--sunken)', color: 'var(--text)' },
  '.cm-panels-top': { borderBottom: '1px solid var(--line)' },
  '.cm-panel.cm-search': { padding: '0.5rem', fontFamily: 'var(--font)' },
  '.cm-panel.cm-search label': { fontSize: '0.875rem' },
  '.cm-panel.cm-search .cm-textfield, .cm-panel.cm-search .cm-button': {
    width: 'auto',
    minHeight: '2rem',
  },
  '.cm-panel.cm-search [type=checkbox]': { verticalAlign: 'middle' },
  '.cm-textfield': { ...popup, fontSize: '0.9375rem' },
  '.cm-button': {
    ...popup,
    backgroundImage: 'none',
    fontSize: '0.875rem',
    padding: '0.25rem 0.5rem',
  },
  '.cm-tooltip': popup,
  '.cm-tooltip .cm-keyword-help': {
    maxWidth: '32rem',
    padding: '0.375rem 0.625rem',
    whiteSpace: 'normal',
  },
  '.cm-tooltip.cm-completionInfo': { maxWidth: '22rem', fontFamily: 'var(--font)' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': {
    backgroundColor: 'var(--accent)',
    color: 'var(--accent-text)',
  },
  '.cm-diagnostic': { maxWidth: '32rem', whiteSpace: 'normal' },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--bad)' },
  '.cm-diagnostic-warning': { borderLeftColor: 'var(--warn)' },
  '.cm-diagnostic-info': { borderLeftColor: 'var(--calm)' },
});

import { StateEffect, StateField } from '@codemirror/state';
import type { EditorState, Extension } from '@codemirror/state';
import { EditorView, hoverTooltip, keymap, showTooltip } from '@codemirror/view';
import type { Tooltip } from '@codemirror/view';
import { findKeywordHelp } from '../../../server/keepalived/language/keywords/keyword-help.ts';
import { findKeywordAt } from './enclosing-blocks.ts';
import { getTree, positionOf } from './outline.ts';

const nothing = 'There is no help for what stands here.';

const showHelp = StateEffect.define<Tooltip | null>();

/** The help that F1 asked for; it goes with the next key or click. */
const askedHelp = StateField.define<Tooltip | null>({
  create: () => null,
  update(tooltip, transaction) {
    for (const effect of transaction.effects) if (effect.is(showHelp)) return effect.value;
    return transaction.docChanged || transaction.selection ? null : tooltip;
  },
  provide: (field) => showTooltip.from(field),
});

/** Explains a keyword in one line, under the pointer or, with F1, at the cursor. */
export const keywordTooltips: Extension = [
  askedHelp,
  hoverTooltip((view, offset) => findHelp(view.state, offset)),
  keymap.of([
    {
      key: 'F1',
      run(view) {
        const { head } = view.state.selection.main;
        const help = findHelp(view.state, head);
        view.dispatch({
          effects: [
            showHelp.of(help ?? createTooltip(head, nothing)),
            EditorView.announce.of(help?.text ?? nothing),
          ],
        });
        return true;
      },
    },
    {
      key: 'Escape',
      run(view) {
        if (!view.state.field(askedHelp)) return false;
        view.dispatch({ effects: showHelp.of(null) });
        return true;
      },
    },
  ]),
];

function findHelp(state: EditorState, offset: number): (Tooltip & { text: string }) | null {
  const found = findKeywordAt(getTree(state).children, positionOf(state, offset));
  if (!found) return null;
  const [{ text: keyword, start, end }] = found.statement.words;
  const help = findKeywordHelp(found.block, keyword);
  if (help === undefined) return null;
  const line = state.doc.lineAt(offset);
  const text = `${keyword}: ${help}`;
  return { ...createTooltip(line.from + start, text), end: line.from + end, text };
}

function createTooltip(pos: number, text: string): Tooltip {
  return {
    pos,
    above: true,
    create() {
      const dom = document.createElement('div');
      dom.className = 'cm-keyword-help';
      dom.textContent = text;
      return { dom };
    },
  };
}

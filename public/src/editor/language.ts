import {
  HighlightStyle,
  LanguageSupport,
  StreamLanguage,
  syntaxHighlighting,
} from '@codemirror/language';
import { tags } from '@lezer/highlight';
import { markLine, startState } from './line-marks.ts';
import type { LineState, Mark } from './line-marks.ts';

interface StreamState {
  /** What the lines before this one say. */
  before: LineState;
  marks: Mark[];
  after: LineState;
}

const tokenNames: Record<Mark['kind'], string> = {
  keyword: 'keyword',
  string: 'string',
  number: 'number',
  address: 'literal',
  variable: 'variableName',
  condition: 'meta',
  brace: 'brace',
  comment: 'comment',
};

const streamLanguage = StreamLanguage.define<StreamState>({
  name: 'keepalived',
  startState: () => ({ before: startState, marks: [], after: startState }),
  copyState: (state) => ({ ...state }),
  blankLine(state) {
    state.after = markLine('', state.after).next;
  },
  token(stream, state) {
    if (stream.sol()) {
      state.before = state.after;
      const { marks, next } = markLine(stream.string, state.before);
      state.marks = marks;
      state.after = next;
    }
    const mark = state.marks.find(({ end }) => end > stream.pos);
    if (mark === undefined) {
      stream.skipToEnd();
      return null;
    }
    const isInside = mark.start <= stream.pos;
    stream.pos = isInside ? mark.end : mark.start;
    return isInside ? tokenNames[mark.kind] : null;
  },
  indent: ({ after }, textAfter, { unit }) =>
    Math.max(0, after.depth - (textAfter.startsWith('}') ? 1 : 0)) * unit,
  languageData: { commentTokens: { line: '#' }, indentOnInput: /^\s*\}$/ },
});

const highlighting = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--accent)', fontWeight: '600' },
  { tag: tags.string, color: 'var(--good)' },
  { tag: [tags.number, tags.literal], color: 'var(--calm)' },
  { tag: [tags.variableName, tags.meta], color: 'var(--warn)' },
  { tag: tags.brace, fontWeight: '600' },
  { tag: tags.comment, color: 'var(--muted)', fontStyle: 'italic' },
]);

/** keepalived's language: colours, comments and indentation. */
export const keepalivedLanguage = new LanguageSupport(
  streamLanguage,
  syntaxHighlighting(highlighting),
);

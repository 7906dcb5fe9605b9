import { autocompletion } from '@codemirror/autocomplete';
import type { CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import type { Extension } from '@codemirror/state';
import { getTree, positionOf } from './outline.ts';
import { suggestWords } from './suggestions.ts';

const icons = { keyword: 'keyword', value: 'constant', name: 'variable' } as const;

/** Completes what the block allows, for this release of keepalived. */
export function completion(version: string | undefined): Extension {
  return autocompletion({
    icons: false,
    override: [(context) => complete(context, version)],
  });
}

function complete(
  { state, pos, explicit }: CompletionContext,
  version: string | undefined,
): CompletionResult | null {
  const line = state.doc.lineAt(pos);
  const found = suggestWords(
    getTree(state),
    positionOf(state, pos),
    line.text.slice(0, pos - line.from),
    version,
  );
  const from = line.from + (found?.from ?? 0);
  if (!found || found.suggestions.length === 0 || (from === pos && !explicit)) return null;
  return {
    from,
    options: found.suggestions.map(({ word, kind, help }) => ({
      label: word,
      type: icons[kind],
      ...(help !== undefined && { info: help }),
    })),
    validFor: /^\w*$/,
  };
}

import type { LogLine } from '../log/log-lines.ts';
import type { CatalogueEntry } from './catalogue-entry.ts';
import { messageCatalogue } from './message-catalogue.ts';
import type { MessageId } from './message-catalogue.ts';
import { modernizePrefix, useLaterWords } from './older-wording.ts';

export interface MessageExplanation extends Omit<CatalogueEntry<MessageId>, 'pattern'> {
  /** What the message names, by the names of the pattern's groups: `instance`, `address`, … */
  values: Readonly<Record<string, string | undefined>>;
}

/** keepalived's own messages are shorter; a longer line is not worth a pattern's time. */
const longestMessage = 1024;

/**
 * Explains a log message of keepalived (without time, tag and pid); undefined for one that is not
 * in the catalogue.
 */
export function explainMessage(message: string): MessageExplanation | undefined {
  if (message.length > longestMessage) return undefined;
  const modern = modernizePrefix(message);
  for (const { pattern, ...entry } of messageCatalogue) {
    const match = pattern.exec(modern);
    if (match) return { ...entry, values: useLaterWords(match.groups ?? {}) };
  }
  return undefined;
}

const explanations = new WeakMap<LogLine, { explained: MessageExplanation | undefined }>();

/** The same for a line that many ask about: its patterns are tried once only. */
export function explainLine(line: LogLine): MessageExplanation | undefined {
  const known = explanations.get(line) ?? { explained: explainMessage(line.message) };
  explanations.set(line, known);
  return known.explained;
}

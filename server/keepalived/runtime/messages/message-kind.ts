import type { CatalogueEntry } from './catalogue-entry.ts';
import { explainMessage } from './explain-message.ts';

/** What a message is about; `other`: it is not in the catalogue. */
export type MessageKind = CatalogueEntry['kind'] | 'other';

/** All kinds, in the order in which they are offered. */
export const messageKinds = [
  'transition',
  'health',
  'mismatch',
  'configuration',
  'start-stop',
  'network',
  'other',
] as const satisfies readonly MessageKind[];

/** Finds what a message of keepalived's log is about. */
export function getMessageKind(message: string): MessageKind {
  return explainMessage(message)?.kind ?? 'other';
}

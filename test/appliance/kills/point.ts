import type { Change } from '../../unit/history/end-at-change.ts';

/** A moment at which a program may be killed, and what the disk has then. */
export interface Point extends Change {
  /** The folder as it is at that moment. */
  copy: string;
}

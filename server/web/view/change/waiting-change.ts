import type { WaitingChange } from '../../../operations/confirm/confirmed-change.ts';

/** A change that goes back by itself, as the pages tell of it. */
export interface WaitingModel {
  path: string;
  /** Of the file that waits. */
  tag: string;
  /** As of now; the browser counts on. */
  secondsLeft: number;
}

/** undefined: none waits. */
export function describeWaiting(change: WaitingChange | undefined): WaitingModel | undefined {
  if (!change) return undefined;
  const { path, tag, remainingMs } = change;
  return { path, tag, secondsLeft: Math.ceil(remainingMs / 1000) };
}

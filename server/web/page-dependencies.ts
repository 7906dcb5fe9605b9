import type { Debug } from '../operations/debug/debug.ts';
import type { Operations } from '../operations/operations.ts';
import type { ProgramOptions } from '../program-options.ts';
import type { StateKeeper } from '../state/state-keeper.ts';

/** What a page is built from; each takes what it needs. */
export interface PageDependencies {
  operations: Operations;
  debug: Debug;
  keeper: StateKeeper;
  options: ProgramOptions;
}

import type { ProgramOptions } from '../program-options.ts';
import type { Mirror } from './agent/mirror.ts';

/** What a page is built from, beside the calls of each request; each takes what it needs. */
export interface PageDependencies {
  mirror: Mirror;
  options: ProgramOptions;
}

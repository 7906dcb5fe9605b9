import type { Debug } from '../../operations/debug/debug.ts';
import { hideFromViewer } from '../../operations/debug/hide-from-viewer.ts';
import { getUser } from '../caller.ts';
import type { CallHandlers } from './handler.ts';

/** What is wrong: reports as the caller may see them, and examinations. */
export function createDebugCalls(debug: Debug) {
  return {
    async readDebugReport({ withOwnRules, forRole }, caller) {
      if (withOwnRules) await debug.refreshOwnRules();
      return hideFromViewer(getUser(caller).role === 'admin' ? forRole : 'viewer', debug.report());
    },
    examine: ({ kind }) => debug.begin(kind),
    findCapture: ({ interfaceName }): Uint8Array | undefined => debug.findPcap(interfaceName),
  } satisfies CallHandlers<'readDebugReport' | 'examine' | 'findCapture'>;
}

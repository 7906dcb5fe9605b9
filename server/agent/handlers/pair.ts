import type { ServerReport } from '../../keepalived/pair/server-report.ts';
import type { Pair } from '../../pair/pair.ts';
import { readPageUrl } from '../links/page-url.ts';
import type { CallHandlers } from './handler.ts';

type PairCalls =
  | 'showPairingCode'
  | 'findPairingCode'
  | 'withdrawPairingCode'
  | 'pairWith'
  | 'unpair'
  | 'setPairGrant';

/**
 * Two servers become a pair, and what each may do at the other.
 * @param listOwnUrls where another server may reach this page, best first
 */
export function createPairCalls(pair: Pair<ServerReport>, listOwnUrls: () => string[]) {
  let shownCode = '';
  return {
    showPairingCode({ grant }) {
      shownCode = pair.showCode(grant).code;
    },
    /** It can be read again until it is used, or has expired; with where it is to be entered for. */
    findPairingCode() {
      const shown = pair.view().code;
      return shown && { ...shown, code: shownCode, ownUrls: listOwnUrls() };
    },
    withdrawPairingCode() {
      pair.withdrawCode();
    },
    pairWith: ({ url, ...wanted }) => pair.pairWith({ ...wanted, url: readPageUrl(url) }),
    unpair: ({ id }) => pair.unpair(id),
    setPairGrant: ({ id, grant }) => pair.setGrant(id, grant),
  } satisfies CallHandlers<PairCalls>;
}

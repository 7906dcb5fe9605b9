import { createSettingCheck } from '../setting-check.ts';
import type { Comparison } from '../setting-check.ts';

/** Measured, 2.2.7: unicast against multicast logs nothing at all. */
export const compareTransport: Comparison = ({ unicastPeers }, { source, last }) => {
  const usesUnicast = unicastPeers.length > 0;
  const values = {
    ours: usesUnicast ? 'unicast' : 'multicast',
    theirs: last.unicast ? 'unicast' : 'multicast',
  };
  if (usesUnicast !== last.unicast) {
    return {
      verdict: 'wrong',
      sentence: `${source} sends ${values.theirs} (to ${last.destination}), this server ${values.ours}. Each passes the other’s advertisements over, so both become master.`,
      remedy:
        'Write unicast_peer, with the other server’s address, on both servers; or leave it out on both.',
      ...values,
    };
  }
  if (usesUnicast && !unicastPeers.includes(source)) {
    return {
      verdict: 'suspicious',
      sentence: `${source} sends its advertisements to this server, but is not one of its unicast peers, so it gets none from here.`,
      remedy: `Write ${source} into unicast_peer here, or correct unicast_src_ip there.`,
      ours: unicastPeers.join(', '),
      theirs: source,
    };
  }
  return 'same';
};

export const checkTransport = createSettingCheck(
  { id: 'unicast-multicast', title: 'Unicast or multicast', setting: 'unicast_peer' },
  compareTransport,
  ({ unicastPeers }) => `Both servers use ${unicastPeers.length > 0 ? 'unicast' : 'multicast'}.`,
);

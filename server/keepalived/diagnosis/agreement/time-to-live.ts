import { createSettingCheck } from '../setting-check.ts';
import type { Comparison, InstanceCheck } from '../setting-check.ts';

const timeToLiveSent = 255;

/** RFC 9568, 5.1.1.3; keepalived.conf(5), `unicast_ttl`. */
export const compareTimeToLive: Comparison = (_ours, { source, last }) => {
  if (last.ttl === timeToLiveSent) return 'same';
  return {
    verdict: last.unicast ? 'suspicious' : 'wrong',
    sentence:
      `The advertisements of ${source} arrive with a TTL of ${last.ttl} instead of 255: they came over a router, or were altered on their way. ` +
      (last.unicast
        ? 'keepalived believes them only if unicast_peer allows such a TTL.'
        : 'keepalived does not believe them, so both become master.'),
    remedy: last.unicast
      ? 'Put both servers into one network, or write min_ttl and max_ttl after the address in unicast_peer.'
      : 'Put both servers into one network; look for rules that set the TTL (iptables TTL, nft ip ttl set).',
    ours: String(timeToLiveSent),
    theirs: String(last.ttl),
  };
};

const checkPeers = createSettingCheck(
  { id: 'time-to-live', title: 'Time to live', setting: 'unicast_ttl' },
  compareTimeToLive,
  () => 'The advertisements arrive with a TTL of 255, straight from their sender.',
);

/** Looks at the peers' advertisements, and at our own that came back from a router. */
export const checkTimeToLive: InstanceCheck = (view) => {
  const check = checkPeers(view);
  const returned = view.own?.advertisements.findLast(({ ttl }) => ttl < timeToLiveSent);
  if (!returned || check.verdict === 'wrong') return check;
  return {
    ...check,
    verdict: 'wrong',
    sentence: `This server’s own advertisements come back with a TTL of ${returned.ttl}: a router, or a loop in the network, returns them.`,
    evidence: [
      { what: `from ${returned.source}`, where: returned.interfaceName, atMs: returned.atMs },
    ],
    remedy: 'Look for a router that forwards 224.0.0.18, and for rules that set the TTL.',
    about: { ...check.about, ours: String(timeToLiveSent), theirs: String(returned.ttl) },
  };
};

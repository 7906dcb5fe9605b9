import { listInWords } from '../../words.ts';
import { describeSender } from '../sender.ts';
import type { InstanceCheck } from '../setting-check.ts';
import { explainUnknownClusters } from '../unknown-clusters.ts';

/** Whether another cluster on the network has our virtual router ID. */
export const checkForeignCluster: InstanceCheck = ({ foreigners, ...view }) => {
  const [foreigner] = foreigners;
  const ours = view.virtualRouterId === undefined ? undefined : String(view.virtualRouterId);
  const check = {
    id: 'foreign-cluster',
    title: 'No other cluster has our virtual router ID',
    evidence: foreigners.map(describeSender),
    about: { instance: view.name, setting: 'virtual_router_id', ours },
  } as const;
  const unknown = explainUnknownClusters(view.obstacle, [...foreigners, ...view.peers]);
  if (unknown !== undefined) {
    return { ...check, verdict: 'cannot-tell', sentence: unknown, remedy: undefined };
  }
  if (!foreigner) {
    return {
      ...check,
      verdict: 'good',
      sentence: `No other cluster uses virtual router ID ${ours ?? ''}.`,
      remedy: undefined,
    };
  }
  const { source, last } = foreigner;
  return {
    ...check,
    verdict: 'wrong',
    sentence: `${source} belongs to another cluster (${listInWords(last.addresses)}) that uses virtual router ID ${ours ?? ''}, too. The two clusters disturb each other.`,
    remedy: `Write another virtual_router_id into this instance on both servers of one of the clusters. Not seen here so far: ${view.freeVirtualRouterIds.join(', ')}.`,
    about: { ...check.about, theirs: String(last.virtualRouterId) },
  };
};

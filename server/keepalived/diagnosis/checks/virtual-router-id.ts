import { listInWords } from '../../words.ts';
import { describeSender } from '../sender.ts';
import type { InstanceCheck } from '../setting-check.ts';
import { explainUnknownClusters } from '../unknown-clusters.ts';

/** Whether somebody serves our addresses under another number. */
export const checkVirtualRouterId: InstanceCheck = ({ misnumbered, ...view }) => {
  const [sender] = misnumbered;
  const setting = { instance: view.name, setting: 'virtual_router_id' };
  const check = {
    id: 'virtual-router-id',
    title: 'Virtual router ID',
    evidence: misnumbered.map(describeSender),
  } as const;
  const unknown = explainUnknownClusters(view.obstacle, [...misnumbered, ...view.peers]);
  if (unknown !== undefined) {
    return {
      ...check,
      verdict: 'cannot-tell',
      sentence: unknown,
      remedy: undefined,
      about: setting,
    };
  }
  const ours = String(view.virtualRouterId);
  if (!sender) {
    return {
      ...check,
      verdict: 'good',
      sentence: `Nobody advertises this instance’s addresses under another number than ${ours}.`,
      remedy: undefined,
      about: { ...setting, ours },
    };
  }
  const theirs = String(sender.last.virtualRouterId);
  const shared = sender.last.addresses.filter((address) => view.addresses.includes(address));
  return {
    ...check,
    verdict: 'wrong',
    sentence: `${sender.source} advertises ${listInWords(shared)} under virtual router ID ${theirs}, this server has ${ours}. To each other they are two clusters, so both become master of the same address.`,
    remedy: 'Write the same virtual_router_id on both servers.',
    about: { ...setting, ours, theirs },
  };
};

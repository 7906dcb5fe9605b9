/** A sync group that mixes what serves with what does not: it has one state for all its members. */
import { isAnotherRouter } from '../another-router.ts';
import type { InstanceChange } from '../instance-change.ts';
import { joinWords } from '../words.ts';

/**
 * After a reload a sync group is master only where every member is master already (`vrrp.c`,
 * `vrrp_sync.c`, 2.2.7; measured: with use_vmac taken from one member the others give their
 * addresses up too).
 * @returns what the members that serve now may give up because another member does not stay master
 */
export function findGroupDangers(changes: readonly InstanceChange[]): string[] {
  const names = new Set(changes.flatMap(({ groupName }) => groupName ?? []));
  return [...names].flatMap((group) => {
    const members = changes.filter(({ groupName }) => groupName === group);
    const serving = members.filter(({ state }) => state === 'MASTER').filter(staysSame);
    const others = members.filter((member) => !serving.includes(member));
    const isNews = members.some((member) => member.changesGroup || !staysSame(member));
    if (serving.length === 0 || others.length === 0 || !isNews) return [];
    const addresses = joinWords(serving.flatMap(({ before }) => before?.addresses ?? []));
    const why = joinWords(others.map(({ name }) => name));
    return [
      `The members of the sync group ${group} have one state, and ${why} is not master after the change: this server releases ${addresses} too, until the whole group is elected.`,
    ];
  });
}

const staysSame = ({ before, after }: InstanceChange): boolean =>
  before !== undefined && after !== undefined && !isAnotherRouter(before, after);

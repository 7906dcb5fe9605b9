/** Addresses that come, go or are put on again at once, without an election. */
import { isAnotherRouter } from './another-router.ts';
import { nothingForeseen, told } from './foresight-result.ts';
import type { Foresight } from './foresight-result.ts';
import type { InstanceChange, InstanceSetting } from './instance-change.ts';
import { joinWords } from './words.ts';

export function foreseeExchange({ before, after, state }: InstanceChange): Foresight {
  if (state !== 'MASTER' || !before || !after || isAnotherRouter(before, after)) {
    return nothingForeseen;
  }
  const exchange = foreseeComingAndGoing(before, after);
  const moves = foreseeMoves(before, after);
  return {
    ...nothingForeseen,
    sentences: [...exchange.sentences, ...moves.sentences],
    dangers: [...exchange.dangers, ...moves.dangers],
  };
}

function foreseeComingAndGoing(before: InstanceSetting, after: InstanceSetting): Foresight {
  const released = before.addresses.filter((address) => !after.addresses.includes(address));
  const taken = after.addresses.filter((address) => !before.addresses.includes(address));
  if (released.length === 0) {
    return taken.length === 0
      ? nothingForeseen
      : told(`${joinWords(taken)} will be taken at once, in addition to what is served now.`);
  }
  const sentence =
    taken.length === 0
      ? `${joinWords(released)} will be released.`
      : `${joinWords(released)} will be released and ${joinWords(taken)} taken.`;
  const danger = `This server releases ${joinWords(released)}, which it serves now.`;
  return { ...told(sentence), dangers: [danger] };
}

/**
 * Of the addresses that stay. Measured with 2.2.7: on another interface, or with another prefix
 * length or label, an address is taken off and put on again (of a link-local one, put back to its old
 * length, the instance and its sync group lost everything); with nothing but another scope it is
 * taken off and stays away until the next transition.
 */
function foreseeMoves(before: InstanceSetting, after: InstanceSetting): Foresight {
  const sentences: string[] = [];
  const dangers: string[] = [];
  for (const address of after.addresses) {
    const [old, next] = [before.places.get(address), after.places.get(address)];
    if (!old || !next || !before.addresses.includes(address)) continue;
    const [from, to] = [old.interfaceName, next.interfaceName];
    if (from !== undefined && to !== undefined && from !== to) {
      sentences.push(`${address} will be taken off ${from} and put on ${to}.`);
      dangers.push(
        `${address} moves from ${from} to ${to}: clients that reach it through ${from} lose it, and no peer takes over.`,
      );
    } else if (old.prefixLength !== next.prefixLength || old.label !== next.label) {
      sentences.push(
        `${address} will be taken off and put on again at once, with its new prefix length or label.`,
      );
      dangers.push(
        `${address} gets another prefix length or label: keepalived takes it off and puts it on again, so that nobody serves it for a moment. A link-local one may stay away, and its instance give up the rest with it.`,
      );
    } else if (old.scope !== undefined && old.scope !== next.scope) {
      sentences.push(`${address} will be taken off.`);
      dangers.push(
        `The scope of ${address} changes from ${old.scope} to ${next.scope ?? 'global'}: keepalived takes the address off and may not put it on again.`,
      );
    }
  }
  return { ...nothingForeseen, sentences, dangers };
}

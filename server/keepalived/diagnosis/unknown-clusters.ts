import type { Sender } from './sender.ts';

/**
 * Why nothing can be said of the clusters on an instance's network, as a sentence: nobody could
 * listen, or nobody was heard. Undefined where somebody was.
 * @param heard every sender that would prove that others can be heard
 */
export function explainUnknownClusters(
  obstacle: string | undefined,
  heard: readonly Sender[],
): string | undefined {
  if (obstacle !== undefined) return `The IDs that others use are unknown: ${obstacle}.`;
  if (heard.length > 0) return undefined;
  return 'No advertisement of another server arrived. From a standby or a server that is cut off, none does.';
}

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
  if (obstacle !== undefined) return `What others use is not known: ${obstacle}.`;
  if (heard.length > 0) return undefined;
  return 'No other server was heard. One that is cut off, or stands by, sends nothing that arrives here.';
}

/**
 * The first http or https URL in a script's command, and where it stands. Quotes end it: script
 * lines honour both kinds.
 */
export function findUrl(command: string): { url: string; start: number; end: number } | undefined {
  const match = /https?:\/\/[^\s"'<>|;]+/.exec(command);
  if (match === null) return undefined;
  return { url: match[0], start: match.index, end: match.index + match[0].length };
}

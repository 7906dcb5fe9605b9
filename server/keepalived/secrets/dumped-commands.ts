import { isShownToViewers } from './shown-words.ts';

/**
 * A message of keepalived with the arguments of a command masked that bear no sign of being harmless.
 * It writes a command as `'/path' 'argument' 'argument'` (`cmd_str` of 2.2.7 to 2.4.3): in dumps, with
 * `--dump-conf` in the log, and where it complains about a script; those of a tracked process as
 * `Parameters = argument argument`, or behind the process if they were in its quotes. In linear time.
 */
export function maskDumpedArguments(message: string): string {
  const [parameters] = /^ *(?:Parameters = |Process = \S+ )/.exec(message) ?? [];
  if (parameters !== undefined) {
    return parameters + maskWords(message.slice(parameters.length), /([^ ]+)/g);
  }
  const begin = /'\/[^']{1,4096}' (?=')/.exec(message);
  if (!begin) return message;
  const from = begin.index + begin[0].length;
  const end = message.lastIndexOf("'") + 1;
  const masked = maskWords(message.slice(from, end), /(?<=')([^']+)(?=')/g);
  return message.slice(0, from) + masked + message.slice(end);
}

function maskWords(text: string, words: RegExp): string {
  let previous = '';
  return text.replaceAll(words, (word) => {
    const isShown = isShownToViewers(word, previous);
    if (word.trim() !== '') previous = word;
    return isShown || word === ' ' ? word : '********';
  });
}

/** A word of a script line, without its quotes, and where its text stands in the line. */
export interface ScriptWord {
  text: string;
  start: number;
  end: number;
}

/**
 * The program and its arguments of a script line: blanks part them, `'` and `"` hold them together,
 * `\\` takes the next character as it is (keepalived.conf(5), SCRIPTS).
 * @param command with the outer quotes removed, as a summary has it
 */
export function readScriptWords(command: string): ScriptWord[] {
  const words: ScriptWord[] = [];
  let word: ScriptWord | undefined;
  let quote: string | undefined;
  const take = (at: number) => {
    const { text, start } = word ?? { text: '', start: at };
    word = { text: text + command.charAt(at), start: text === '' ? at : start, end: at + 1 };
  };
  for (let at = 0; at < command.length; at += 1) {
    const character = command.charAt(at);
    if (character === '\\' && at + 1 < command.length) {
      at += 1;
      take(at);
    } else if (quote !== undefined) {
      if (character === quote) quote = undefined;
      else take(at);
    } else if (character === "'" || character === '"') {
      quote = character;
      word ??= { text: '', start: at, end: at };
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      take(at);
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

/** The words alone, as the program gets them. */
export const splitScriptCommand = (command: string): string[] =>
  readScriptWords(command).map(({ text }) => text);

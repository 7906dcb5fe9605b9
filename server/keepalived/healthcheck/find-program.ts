/** The program that a script line really runs: behind `timeout 5`, and in `sh -c '…'`. */
import { readScriptWords } from '../config/script-command.ts';
import type { ScriptWord } from '../config/script-command.ts';

export interface FoundProgram {
  /** Its file's name. */
  name: string;
  /** Its arguments, each where it stands in the whole command. */
  words: readonly ScriptWord[];
  /** After so long it is ended. */
  timeoutMs: number | undefined;
  /** Why more happens than that program's request, as the end of a sentence. */
  obstacle: string | undefined;
}

const shells: ReadonlySet<string> = new Set(['sh', 'bash', 'dash', 'ash']);

/** @param command a script's, with the outer quotes removed */
export function findRequestProgram(command: string): FoundProgram {
  return unwrap(command, readScriptWords(command), 0);
}

function unwrap(command: string, words: readonly ScriptWord[], depth: number): FoundProgram {
  const [file, first, second, ...more] = words;
  const name = (file?.text ?? '').replace(/^.*\//, '');
  const plain = { name, words: words.slice(1), timeoutMs: undefined, obstacle: undefined };
  if (depth > 2 || !first || !second) return plain;
  if (name === 'timeout' && /^\d+(?:\.\d+)?s?$/.test(first.text)) {
    const inner = unwrap(command, words.slice(2), depth + 1);
    const ownMs = Number.parseFloat(first.text) * 1000;
    // 0 is no limit.
    if (ownMs === 0) return inner;
    return { ...inner, timeoutMs: Math.min(ownMs, inner.timeoutMs ?? Infinity) };
  }
  if (shells.has(name) && first.text === '-c' && more.length === 0) {
    return readShellLine(command, second, depth) ?? plain;
  }
  return plain;
}

/** What a shell does with the answer only, or with the exit code without turning it. */
const harmless = [
  /(?<=\s)(?:[12&]?>{1,2}\s*\/dev\/null|2>&1)(?=\s|$)/g,
  /\|\|\s*(?:exit\s+[1-9]\d*|false)\s*;?\s*$/g,
  /^\s*exec(?=\s)/g,
];

function readShellLine(
  command: string,
  { text, start, end }: ScriptWord,
  depth: number,
): FoundProgram | undefined {
  // Of the same length, so that everything stands where it stood.
  const line = harmless.reduce(
    (rest, pattern) => rest.replaceAll(pattern, (part) => ' '.repeat(part.length)),
    text,
  );
  const isPlain = command.slice(start, end) === text;
  const words = readScriptWords(line).map((word) => ({
    text: word.text,
    ...(isPlain ? { start: start + word.start, end: start + word.end } : { start: 0, end: 0 }),
  }));
  const bare = line.replaceAll(/'[^']*'|"[^"$`\\]*"/g, '');
  const isOneCommand = !/[|;&<>$`(){}*\\\n~#!]/.test(bare);
  const inner = unwrap(command, words, depth + 1);
  return isOneCommand ? inner : { ...inner, obstacle: 'a shell does more than that request' };
}

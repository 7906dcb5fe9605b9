import { findNearestKeyword } from '../../../language/keywords/nearest-keyword.ts';
import { messageRules } from './message-rule.ts';

/**
 * Files, words, braces, quotes and numbers (lib/parser.c). Nearly all are fatal for a save though
 * not for keepalived: it loads what it understands, and that is not what was meant.
 */
export const languageRules = messageRules([
  [
    'include-loop',
    'fatal',
    /^Configuration file '(?<file>.+)' open problem \(Too many open files\)/,
    'The file {file} includes itself, directly or through another file.',
    'Remove the include that leads back to it.',
  ],
  [
    'file-unreadable',
    'fatal',
    /^Configuration file '(?<file>.+)' open problem \((?<why>.+)\)/,
    'The file {file} cannot be read ({why}); keepalived would go on without it.',
    'Correct its owner and permissions, or remove the include.',
  ],
  [
    'not-a-file',
    'fatal',
    /^Configuration file '(?<file>.+)' is (?:a directory|not a regular)/,
    '{file} is not an ordinary text file; keepalived would go on without it.',
    'Name a file (for all files of a folder: include folder/*.conf), and let it not be executable.',
  ],
  [
    'include-missing',
    'fatal',
    /^(?:Config files missing '(?<file>.+)'\.|Some config files missing: "(?<files>.+)"\.|Unable to find configuration file (?<other>.+))$/,
    'A file that must be included does not exist: {file}{files}{other}.',
    'Create it, or correct or remove the include.',
  ],
  [
    'file-unreadable',
    'fatal',
    /^(?:Unable to read|Failed to open) configuration file/,
    'keepalived cannot read the configuration file.',
    'Correct its owner and permissions: root must be able to read it.',
  ],
  [
    'nul-bytes',
    'fatal',
    /embedded NULs/,
    'The line holds NUL bytes: this is not a text file, and keepalived skips the line.',
    'Restore the file from a good copy, or save it as plain UTF-8 text.',
  ],
  [
    'line-too-long',
    'fatal',
    /^line too long/,
    'The line is longer than keepalived reads (1023 bytes); it would be cut or skipped.',
    'Shorten it, for instance by moving a long command into a script.',
  ],
  [
    'extra-closing-brace',
    'fatal',
    /^(?:Extra '\}' found|Unknown keyword '\}')$/,
    'This closing brace } closes nothing.',
    'Remove it, or write the opening brace { that is missing further up.',
  ],
  [
    'unexpected-opening-brace',
    'fatal',
    /^Unexpected '\{' - ignoring$/,
    'This opening brace { starts no block that keepalived knows; it reads the content as if it were outside.',
    'Correct the name in front of the brace, or remove the block.',
  ],
  [
    'missing-closing-brace',
    'fatal',
    /^There are (?<count>-?\d+) missing '\}'s or extra '\{'s$/,
    'Closing braces are missing at the end ({count}): keepalived takes what follows an unclosed block as part of it.',
    'Write the closing brace } at the end of each block.',
  ],
  [
    'missing-opening-brace',
    'fatal',
    /^(?:Missing '\{' at beginning|'\{' missing from beginning) of/,
    'A block begins without its opening brace {.',
    'Write { after the name of the block.',
  ],
  [
    'unknown-keyword',
    'fatal',
    /^Unknown keyword '(?<word>.*?)'?$/,
    'keepalived does not know the word “{word}” here; it would load the file without this line.',
    ({ word = '' }) => remedyForUnknownKeyword(word),
  ],
  [
    'unterminated-quote',
    'fatal',
    /^(?:Unterminated quote|Unmatched quote:|String) '/,
    'A quotation mark " is opened but not closed on the same line.',
    'Close it on the same line, and keep the line shorter than 1023 bytes.',
  ],
  [
    'missing-value',
    'fatal',
    /^\*\*\* Configuration line starting `(?<word>[^`]*)` is missing a parameter/,
    'The line “{word} …” lacks a value.',
    'Write the value after the keyword.',
  ],
  [
    'number-out-of-range',
    'fatal',
    /number '(?<number>.*)' outside range \[(?<low>[^,]+), (?<high>[^\]]+)\]$/,
    'The number {number} is not allowed here; keepalived would ignore it.',
    'Write a number from {low} to {high}.',
  ],
  [
    'invalid-number',
    'fatal',
    /(?:invalid|negative) number '(?<number>.*)'$|number '(?<other>.*)' (?:outside|has too many)/,
    '“{number}{other}” is no number that keepalived accepts here.',
    'Write a plain number.',
  ],
  [
    'extra-parameters',
    'warning',
    /^Block (?<word>\S+) has extra parameters/,
    'The block {word} has more words before its brace than keepalived reads.',
    'Remove them; a name must not contain blanks.',
  ],
  [
    'duplicate-definition',
    'warning',
    /^Duplicate (?<word>\S+) - overwriting/,
    'The definition {word} is made twice; the later one counts.',
    'Remove one of them.',
  ],
  [
    'deprecated',
    'warning',
    /(?:is|usage is|instance) deprecated|please replace with keyword/,
    'An old way of writing is used that a later keepalived will not understand.',
    'Write it as the message of keepalived says.',
  ],
]);

function remedyForUnknownKeyword(word: string): string {
  const nearest = findNearestKeyword(word);
  if (nearest === word) {
    return 'The word exists, but in another block: look for a brace that closes a block too early, or a block whose name is wrong.';
  }
  return nearest === undefined
    ? 'Correct or remove it.'
    : `Did you mean “${nearest}”? If so, correct it; otherwise remove the line.`;
}

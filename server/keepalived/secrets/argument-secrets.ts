import type { LineWord } from './line-word.ts';
import { isMarkedKey, isSecretHeader, isSecretName } from './secret-names.ts';
import { isLoginOption, mayBePassword, getSecretOptions } from './secret-options.ts';
import type { SecretRange } from './url-credentials.ts';
import { isQuote, quoteBefore, readValue, skipSpaces } from './values.ts';

/** The secret that a word of a command, a header or a form's data bears or announces. */
export function findWordSecret(word: LineWord): SecretRange[] {
  const { text, line, end } = word;
  const range = text.startsWith('-') ? findOption(word) : findScheme(word);
  if (range) return [range].filter(isNotEmpty);
  const mayHavePieces = /[=:]/.test(text) || text.length > shortestMarkedKey;
  const found = mayHavePieces ? findPieces(word) : [];
  const announced = isQuote(line[end]) ? findAnnounced(word) : undefined;
  return [...found, ...(announced ? [announced] : [])].filter(isNotEmpty);
}

const shortestMarkedKey = 12;

const isNotEmpty = ({ start, end }: SecretRange): boolean => end > start;

function findOption(word: LineWord): SecretRange | undefined {
  const { line, start, end, text, program } = word;
  const equals = text.indexOf('=');
  const name = text.slice(0, equals === -1 ? undefined : equals).replace(/^-{1,2}/, '');
  const quote = quoteBefore(line, start);
  if (equals !== -1) {
    const value = readValue(line, start + equals + 1, quote);
    const header = /^[\w-]{1,100}(?=:)/.exec(line.slice(value.start, value.start + 101))?.[0];
    const isSecret =
      isSecretName(name) || isLogin(name, line, value) || isSecretHeader(header ?? '');
    return isSecret ? value : undefined;
  }
  const attached = findAttached(word);
  if (attached) return attached;
  // The word that follows stands behind the quote that this one is in, if any.
  const value = readValue(line, skipSpaces(line, isQuote(line[end]) ? end + 1 : end));
  const next = line.slice(value.start, value.end);
  if (next === '' || next.startsWith('-')) return undefined;
  const options = getSecretOptions(program);
  const isSecret =
    options.has(text) ||
    isLogin(name, line, value) ||
    (isSecretName(name) && !(name.endsWith('key') && /^[./~]/.test(next))) ||
    (program === undefined && /^-[pP]$/.test(text) && mayBePassword(next));
  return isSecret ? value : undefined;
}

function isLogin(name: string, line: string, { start, end }: SecretRange): boolean {
  return isLoginOption(name) && line.slice(start, end).includes(':');
}

/** `-uadmin:secret`, and of some programs `-psecret`. */
function findAttached({ line, start, text, program }: LineWord): SecretRange | undefined {
  const option = text.slice(0, 2);
  if (text.length < 3 || option === '--') return undefined;
  const isLoginWord = /^-[uU]/.test(text) && text.includes(':');
  if (!isLoginWord && !getSecretOptions(program).has(option)) return undefined;
  return readValue(line, start + 2, quoteBefore(line, start));
}

/** `Bearer …`, `Basic …` where no header's name is before it, and openssl's `pass:…`. */
function findScheme({ line, start, end, text }: LineWord): SecretRange | undefined {
  if (text.startsWith('pass:')) return readValue(line, start + 5, quoteBefore(line, start));
  if (text.length > 6 || !/^(?:bearer|basic)$/i.test(text)) return undefined;
  const value = readValue(line, skipSpaces(line, end));
  const next = line.slice(value.start, value.end);
  return next.length >= 8 && /[A-Z\d=]/.test(next) ? value : undefined;
}

const pieceEnds = '?&;,()|<>#';

/** `name=value` in what is joined by `&` and the like, `name: value`, and keys that bear a mark. */
function findPieces(word: LineWord): SecretRange[] {
  const { start, text } = word;
  const ranges: SecretRange[] = [];
  let from = 0;
  for (let at = 0; at <= text.length; at += 1) {
    if (at < text.length && !pieceEnds.includes(text.charAt(at))) continue;
    const piece = text.slice(from, at);
    const before = from === 0 ? '' : text.charAt(from - 1);
    const range = findPiece(word, piece, from, before);
    if (range) {
      ranges.push(range);
      at = Math.max(at, range.end - start);
    } else if (isMarkedKey(piece.slice(piece.indexOf('=') + 1))) {
      ranges.push({ start: start + from, end: start + at });
    }
    from = at + 1;
  }
  return ranges;
}

function findPiece(
  word: LineWord,
  piece: string,
  from: number,
  before: string,
  depth = 0,
): SecretRange | undefined {
  const { line, start, text } = word;
  const sign = piece.search(/[=:]/);
  if (sign < 1) return undefined;
  const name = /[\w.-]{1,100}$/.exec(piece.slice(Math.max(0, sign - 100), sign))?.[0] ?? '';
  const valueAt = start + from + sign + 1;
  if (piece.charAt(sign) === ':') {
    if (!isSecretHeader(name)) return undefined;
    const value = skipSpaces(line, valueAt);
    // A header's value has blanks: the quote that it stands in ends it, or the line.
    const quote = quoteBefore(line, start);
    return isQuote(line[value])
      ? readValue(line, value)
      : { start: value, end: readValue(line, value, quote === '' ? '\n' : quote).end };
  }
  if (!isSecretName(name)) {
    // `--data=password=…`
    return depth < 2
      ? findPiece(word, piece.slice(sign + 1), from + sign + 1, '=', depth + 1)
      : undefined;
  }
  if (before !== '?' && before !== '&') {
    const quote = quoteBefore(line, start);
    return readValue(line, valueAt, quote === '"' ? '' : quote);
  }
  const next = text.slice(sign + from + 1).search(/[&#]/);
  return { start: valueAt, end: next === -1 ? start + text.length : valueAt + next };
}

/** `"password": …` of JSON: the name is in quotes, the colon behind them. */
function findAnnounced({ line, end, text }: LineWord): SecretRange | undefined {
  const name = text.endsWith('\\') ? text.slice(0, -1) : text;
  if (!isSecretHeader(name)) return undefined;
  const colon = skipSpaces(line, end + 1);
  if (line[colon] !== ':') return undefined;
  return readValue(line, skipSpaces(line, colon + 1));
}

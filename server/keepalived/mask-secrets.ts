const mask = '********';

/**
 * A value up to the comment, the brace or the line's end: keepalived takes the first word, but who
 * wrote several meant them all, and who wrote `#` in or before it did not mean a comment.
 */
const value = /(?:"[^"\r\n]*"?|[^\s{}"]|[^\S\r\n]+(?![\s#!{}]|$))+/.source;

/** The keyword may be quoted, and needs no blank before a quote (measured, 2.2.7). */
const authPass = new RegExp(
  String.raw`(?<!Truncating )(\bauth_pass(?:"?[^\S\r\n]+|(?=")))${value}`,
  'gm',
);

/** What `auth_pass` takes from a definition: `$NAME` or `${NAME}`. */
const authPassVariable = /\bauth_pass"?[^\S\r\n]*"?\$\{?(\w+)/g;

/** The pass phrase of a key, in a block `SSL`; only where a line can have a keyword. */
const sslPassword = new RegExp(
  String.raw`((?:^[-+ ]?|[{}])[^\S\r\n]*password[^\S\r\n]+(?![=:]))${value}`,
  'gm',
);

/** In the JSON dump (in clear until 2.3). */
const authData = /("auth_data"\s*:\s*)"(?:[^"\\]|\\.)*"?/g;

/** In the text dump (in clear until 2.3), also where it was logged; `SSL password:` too. */
const dumpedPassword = /(\bpassword[^\S\r\n]*[=:][^\S\r\n]*)[^\r\n]+/gi;

/** Is in every text that has one of these; most lines of a log are spared the rest. */
const hint = /pass|auth_data/i;

/**
 * A text with every password in it replaced by asterisks, and else as it was. For all that comes
 * from keepalived or its files: configurations or lines of them, differences with their signs,
 * output of `-t` (which quotes a line with an unmatched quote), dumps, log lines. Masked text stays
 * as it is. A password in a definition (`$NAME=`) is only found together with its use.
 */
export function maskSecrets(text: string): string {
  if (!hint.test(text)) return text;
  return maskDefinitions(text)
    .replaceAll(authPass, `$1${mask}`)
    .replaceAll(sslPassword, `$1${mask}`)
    .replaceAll(authData, `$1"${mask}"`)
    .replaceAll(dumpedPassword, `$1${mask}`);
}

function maskDefinitions(text: string): string {
  const names = new Set(Array.from(text.matchAll(authPassVariable), ([, name]) => name));
  return text.replaceAll(/(\$(\w+)[^\S\r\n]*=[^\S\r\n]*)[^\r\n]+/g, (whole, start, name) =>
    names.has(String(name)) ? `${String(start)}${mask}` : whole,
  );
}

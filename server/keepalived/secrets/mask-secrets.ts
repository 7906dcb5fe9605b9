import { findHiddenFromViewers } from './command-arguments.ts';
import { findLineSecrets } from './line-secrets.ts';
import { findSecretDefinitions } from './secret-definitions.ts';
import type { SecretRange } from './url-credentials.ts';

const mask = '********';

/** Is in every text with a secret; most lines of a log are spared the rest. */
const hint =
  /pass|pwd|\bpw\b|secret|token|auth|key|psk|cred|cookie|session|\bsid\b|sig|hmac|pin\b|otp\b|bearer|basic|jwt|payload|require_reply|:\/\/|\S@|(?:^|\s)-[a-z]|\$\w+[ \t]*=|(?:gh[pousr]|github_pat|hv[sb]|npm|dop)_|glpat-|xox|sk[-_]|akia|asia|aiza|eyj|pypi-|community/im;

/**
 * A text with every secret in it replaced by asterisks, and else as it was: what keepalived's
 * keywords take (`auth_pass`, `auth_hmac`, `SSL`), credentials in URLs and in the arguments of
 * scripts. For all that comes from keepalived or its files: configurations or lines of them,
 * differences with their signs, output of `-t` (which quotes a line with an unmatched quote), dumps,
 * log lines, output of scripts. Masked text stays as it is. In linear time.
 * @param names the definitions (`$NAME=`) that this text's other files use for secrets; its own are
 * found here
 */
export function maskSecrets(text: string, names: ReadonlySet<string> = new Set()): string {
  if (!hint.test(text)) return text;
  const own = text.includes('$') ? findSecretDefinitions([text], names) : names;
  const isSecretDefinition = (name: string) => own.has(name);
  let isContinued = false;
  return text
    .split('\n')
    .map((line) => {
      const wasContinued = isContinued;
      isContinued = wasContinued && continues(line);
      if (wasContinued) return maskRanges(line, [wholeLine(line)]);
      if (!hint.test(line)) return line;
      const content = line.trimEnd();
      const ranges = findLineSecrets(content, isSecretDefinition);
      // The lines that a definition goes on in.
      isContinued =
        continues(line) &&
        ranges.some(({ end }) => end === content.length) &&
        /^[\s\-+]*\$\w/.test(line);
      return maskRanges(line, ranges);
    })
    .join('\n');
}

/** Is in every line with something that viewers alone are not shown. */
const mayHideMore = /[$#!]|script|misc_path|notify|quorum|process|(?:^|[\s{}+-])\//;

/**
 * A configuration as a viewer is shown it: `maskSecrets`, and besides whatever bears no sign of
 * being harmless where a command has its arguments or a definition its value, for a bare password in
 * a script's arguments looks like any word (docs/decisions/037). In linear time.
 * @param names as of `maskSecrets`
 */
export function maskForViewers(text: string, names?: ReadonlySet<string>): string {
  let isContinued = false;
  return maskSecrets(text, names)
    .split('\n')
    .map((line) => {
      const wasContinued = isContinued;
      isContinued = continues(line) && (wasContinued || /^[\s\-+]*\$\w/.test(line));
      const content = line.trimEnd();
      if (!wasContinued && !mayHideMore.test(line)) return line;
      // What a definition goes on with may be anything.
      const begin = wasContinued ? '$A=' : '';
      const ranges = findHiddenFromViewers(begin + content).map(({ start, end }) => ({
        start: start - begin.length,
        end: end - begin.length,
      }));
      return maskRanges(line, ranges);
    })
    .join('\n');
}

const continues = (line: string): boolean => line.trimEnd().endsWith('\\');

function wholeLine(line: string): SecretRange {
  return { start: line.length - line.trimStart().length, end: line.trimEnd().length };
}

function maskRanges(line: string, ranges: readonly SecretRange[]): string {
  let masked = '';
  let from = 0;
  for (const { start, end } of ranges.toSorted((one, other) => one.start - other.start)) {
    if (end <= Math.max(from, start)) continue;
    masked += start >= from ? line.slice(from, start) + mask : '';
    from = end;
  }
  return masked + line.slice(from);
}

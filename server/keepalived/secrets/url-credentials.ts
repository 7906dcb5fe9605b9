import { looksRandom } from './secret-names.ts';

/** Columns of a line; `end` is exclusive. */
export interface SecretRange {
  start: number;
  end: number;
}

/**
 * The credentials in a word that bears URLs, or `user:password@host` without one: what stands
 * before the host, and each part behind it that looks drawn at random. In linear time.
 * @param offset the word's column, which is added to what is found
 */
export function findUrlCredentials(word: string, offset: number): SecretRange[] {
  const [first = '', ...urls] = word.split('://');
  if (urls.length === 0) {
    const login = findLogin(first);
    return login ? [{ start: offset + login.start, end: offset + login.end }] : [];
  }
  const ranges: SecretRange[] = [];
  let from = offset + first.length + 3;
  for (const url of urls) {
    for (const { start, end } of findInUrl(url))
      ranges.push({ start: from + start, end: from + end });
    from += url.length + 3;
  }
  return ranges;
}

/** @param url what is behind its `://` */
function findInUrl(url: string): SecretRange[] {
  const host = findAuthority(url);
  const ranges: SecretRange[] = host.loginEnd > 0 ? [{ start: 0, end: host.loginEnd }] : [];
  let start = host.end;
  for (let at = host.end; at <= url.length; at += 1) {
    if (at < url.length && !'/?&=#;,'.includes(url.charAt(at))) continue;
    if (looksRandom(url.slice(start, at))) ranges.push({ start, end: at });
    start = at + 1;
  }
  return ranges;
}

/** Where the login before the host ends, and the host. */
function findAuthority(url: string): { loginEnd: number; end: number } {
  const found = url.search(/[/?#\\]/);
  const end = found === -1 ? url.length : found;
  const authority = url.slice(0, end);
  const at = authority.lastIndexOf('@');
  if (at !== -1) return { loginEnd: at, end };
  // A password with a slash: what follows the colon is no port.
  const port = authority.slice(authority.lastIndexOf(':') + 1);
  const later = url.indexOf('@', end);
  if (later !== -1 && authority.includes(':') && !/^\d*$|\]$/.test(port)) {
    return { loginEnd: later, end: later };
  }
  return { loginEnd: 0, end };
}

function findLogin(word: string): SecretRange | undefined {
  const at = word.lastIndexOf('@');
  if (at < 3 || !/[\w[$]/.test(word.charAt(at + 1))) return undefined;
  const start = Math.max(word.lastIndexOf('=', at), word.lastIndexOf(',', at)) + 1;
  const login = word.slice(start, at);
  const colon = login.indexOf(':');
  if (colon === -1 || colon === login.length - 1 || /^(?:mailto|sip):/i.test(login))
    return undefined;
  return isAddress(login) ? undefined : { start, end: at };
}

/** `fe80::1@eth0` is no login. */
function isAddress(text: string): boolean {
  if (!/^[\da-f:.[\]]+$/i.test(text)) return false;
  return text.indexOf(':') !== text.lastIndexOf(':') || /^[\d.:]+$/.test(text);
}

/** Words that mean a secret wherever a name ends in them: `PGPASSWORD`, `access_token`, `mysqlpwd`. */
const plainEnd =
  /(?:pass(?:wor[dt]|wd|phrase|code)?|pwd|secret|token|credentials?|apikey|accesskey|privatekey|secretkey|authkey|bearer|jwt|signature|cookie)$/;

/** Words that mean one only as a whole part of a name: `api-key`, `HMAC_KEY`, but not `monkey`. */
const partEnd =
  /(?:^|[-_.])(?:pw|key|psk|auth|authorization|creds?|sig|hmac|sid|session(?:-?id)?|pin|otp|mysql_pwd|community)$/;

/** Words that mean one anywhere in a name, unless the name ends in what says that it is none. */
const anywhere = /passw|passphrase|secret|token|credential|api[-_]?key/;
const harmlessEnd =
  /(?:file|path|dir|type|mode|name|length|len|min|max|timeout|ttl|count|policy|expiry|url)$/;

/**
 * Whether what a name stands for is a secret: an option's, a variable's, a query parameter's.
 * @param name without the dashes or the `$` before it, in any case
 */
export function isSecretName(name: string): boolean {
  if (name.length > longestName) return false;
  const plain = name
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/\d{1,4}$/, '');
  return (
    plainEnd.test(plain) ||
    partEnd.test(plain) ||
    (anywhere.test(plain) && !harmlessEnd.test(plain))
  );
}

/** A longer one is no name; whoever writes one makes nobody wait. */
const longestName = 100;

/**
 * Whether a header or a field before a colon bears a secret. Fewer words than for `name=`: prose has
 * colons too (`key: …`).
 */
export function isSecretHeader(name: string): boolean {
  if (name.length > longestName) return false;
  return /^(?:(?:proxy-)?authorization|(?:set-)?cookie|auth_data|auth_pass|.*(?:password|passwd|passphrase|secret|token|credentials?|api[-_]?key|access[-_]?key|auth[-_]key|x-[\w-]*key))$/i.test(
    name,
  );
}

/** Beginnings by which well-known services mark their keys. */
const markedKey =
  /^(?:gh[pousr]_|github_pat_|glpat-|xox[abeprs]-|sk[-_](?:live_|test_|ant-|proj-)?|AKIA|ASIA|AIza|hvs\.|hvb\.|dop_v1_|npm_|pypi-|eyJ[\w-]{8,}\.)[\w.-]{12,}/;

export const isMarkedKey = (word: string): boolean => markedKey.test(word);

/**
 * Whether a part of a URL looks drawn at random, as keys and the addresses of webhooks are: small
 * and capital letters and digits follow each other without order. Names do not do that.
 */
export function looksRandom(part: string): boolean {
  if (part.length < 16) return false;
  if (/^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i.test(part)) return true;
  let changes = 0;
  let digits = 0;
  for (let at = 0; at < part.length; at += 1) {
    const kind = kindOf(part.charCodeAt(at));
    if (kind === 'digit') digits += 1;
    if (at > 0 && kind !== 'other' && kind !== kindOf(part.charCodeAt(at - 1))) changes += 1;
  }
  return digits >= 2 && changes >= part.length / 3.5;
}

function kindOf(code: number): 'digit' | 'small' | 'capital' | 'other' {
  if (code >= 0x30 && code <= 0x39) return 'digit';
  if (code >= 0x61 && code <= 0x7a) return 'small';
  return code >= 0x41 && code <= 0x5a ? 'capital' : 'other';
}

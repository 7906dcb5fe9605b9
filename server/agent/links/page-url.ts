import { isAddress, isLinkLocal } from '../../keepalived/addresses/addresses.ts';
import { UserError } from '../../shared/errors.ts';

/** WAI_LISTEN's, when nothing else is said. */
const defaultPort = 9443;

/**
 * The address of a page as somebody types it: `192.168.0.11`, `server2:9443`, `fd00::2`,
 * `https://proxy.example/ha/`.
 * @returns a URL without a slash at its end; HTTPS and port 9443 where nothing else is said
 * @throws {UserError} `not-a-page`: a sentence that says what to enter
 */
export function readPageUrl(typed: string): string {
  const text = typed.trim();
  if (text === '') throw refuse('Enter the address of the other server’s page.');
  const isUrl = /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
  const host = isAddress(text) && text.includes(':') ? `[${text}]` : text;
  const full = isUrl ? text : `https://${host}`;
  if (!URL.canParse(full)) throw refuse(`“${text}” is not the address of a page.`);
  const url = new URL(full);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw refuse('The address begins with https:// or http://, or is a name or an IP address.');
  }
  if (url.username !== '' || url.password !== '') {
    throw refuse('Leave out the user name and the password: servers are paired by the code.');
  }
  const bare = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (isAddress(bare) && isLinkLocal(bare)) {
    throw refuse(`${bare} works on one link only. Enter another address of that server.`);
  }
  if (!isUrl && url.port === '' && !text.endsWith(':443')) url.port = String(defaultPort);
  return url.origin + url.pathname.replace(/\/+$/, '');
}

const refuse = (sentence: string) => new UserError('not-a-page', sentence);

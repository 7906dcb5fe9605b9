/** What another server says is data: bounded, and without what would change how a text reads. */
import { z } from 'zod';

/** Control characters, what turns the direction of a text, what cannot be seen, halves of characters. */
const unreadable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** With `�` in place of what cannot be shown as it is. */
export function cleanWords(text: string): string {
  return text.replace(unreadable, '\uFFFD');
}

/** Every text in a value, cleaned. @param value plain data */
export function cleanAllWords(value: unknown): unknown {
  if (typeof value === 'string') return cleanWords(value);
  if (Array.isArray(value)) return value.map(cleanAllWords);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, cleanAllWords(field)]),
  );
}

export const mostNameCharacters = 64;
export const serverNameSchema = z.string().min(1).max(mostNameCharacters).transform(cleanWords);
export const programVersionSchema = z.string().min(1).max(64).transform(cleanWords);

export const mostUrlCharacters = 300;
/** Of a page: `https://host:port/base/path`, without user, query and fragment. */
const pageUrlSchema = z
  .string()
  .max(mostUrlCharacters)
  .transform((text, context) => {
    const url = findPageUrl(text);
    if (url !== undefined) return url;
    context.addIssue({ code: 'custom', message: 'not the address of a page' });
    return z.NEVER;
  });

export const mostUrls = 8;
export const pageUrlsSchema = z.array(pageUrlSchema).max(mostUrls);

/** undefined: it is no address of a page. */
export function findPageUrl(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') return undefined;
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    return undefined;
  }
  return url.origin + url.pathname.replace(/\/+$/, '');
}

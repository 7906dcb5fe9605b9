/** The code that one server shows and that is entered on the other: 80 bits, to be read and typed by people. */
import { randomBytes } from 'node:crypto';

/** Crockford's base 32: no letter that is taken for a digit, and no U. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const codeLength = 16;

/** @returns `XXXX-XXXX-XXXX-XXXX` */
export function makeCode(): string {
  // 256 is a multiple of 32, so each letter is as likely as each other.
  const letters = [...randomBytes(codeLength)].map((byte) => alphabet[byte % alphabet.length]);
  return [0, 4, 8, 12].map((at) => letters.slice(at, at + 4).join('')).join('-');
}

/**
 * @param typed in any case, with or without hyphens and spaces; O is taken for 0, I and L for 1
 * @returns as `makeCode` writes it; undefined: it is no code
 */
export function findCode(typed: string): string | undefined {
  const letters = typed
    .slice(0, 100)
    .toUpperCase()
    .replace(/[-\s]/g, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1');
  if (letters.length !== codeLength) return undefined;
  if (!/^[0-9A-HJKMNP-TV-Z]*$/.test(letters)) return undefined;
  return letters.replace(/(.{4})(?=.)/g, '$1-');
}

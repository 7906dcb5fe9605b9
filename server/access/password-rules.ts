import { randomInt } from 'node:crypto';

/** What the login form accepts, in characters. */
export const maximumPasswordLength = 1024;
/** NIST SP 800-63B asks for 8 at least. */
const minimumPasswordLength = 8;
const minimumDifferentCharacters = 4;

/**
 * Why a password cannot be that of an account, to follow “the password”; undefined: it can. What
 * counts is its length; rules about kinds of characters make passwords no better.
 */
export function findPasswordFlaw(password: string, accountName: string): string | undefined {
  if (password === '') return 'is empty';
  if (password.length > maximumPasswordLength) {
    return `holds more than ${maximumPasswordLength} characters`;
  }
  if (password.length < minimumPasswordLength) {
    return `is too short: use at least ${minimumPasswordLength} characters`;
  }
  if (new Set(password).size < minimumDifferentCharacters) {
    return `is too simple: use at least ${minimumDifferentCharacters} different characters`;
  }
  return password.toLowerCase() === accountName.toLowerCase()
    ? 'is the name of the account: use another one'
    : undefined;
}

/** Crockford's base32: no letter that looks like a digit. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** 100 random bits as `xxxxx-xxxxx-xxxxx-xxxxx`, to be read off a console and typed. */
export function generatePassword(): string {
  const group = () => Array.from({ length: 5 }, () => alphabet[randomInt(32)]).join('');
  return Array.from({ length: 4 }, group).join('-');
}

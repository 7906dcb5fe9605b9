import { randomInt } from 'node:crypto';

/** Without those that are taken for one another. */
const letters = 'abcdefghijkmnpqrstuvwxyz23456789';
/** VRRP version 2 carries no more. */
const passwordLength = 8;

/** A password for a new cluster, which nobody else on the network will have. */
export function proposePassword(): string {
  return Array.from({ length: passwordLength }, () =>
    letters.charAt(randomInt(letters.length)),
  ).join('');
}

import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { createConcurrencyLimit } from './limit-concurrency.ts';

/** What scrypt takes: memory and time. */
export interface PasswordCost {
  /** log2 of N. */
  ln: number;
  r: number;
  p: number;
}

/** 32 MiB and about 200 ms a hash; OWASP's recommendation for this much memory. */
const recommendedCost: PasswordCost = { ln: 15, r: 8, p: 3 };
const keyLength = 32;
const encodedPattern = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w+/=]+)\$([\w+/=]+)$/;

/** scrypt runs on libuv's four threads, which file reads need too: leave two of them free. */
const inTurn = createConcurrencyLimit({ running: 2, waiting: 20 });

/** Hashes a password into `$scrypt$ln=15,r=8,p=3$SALT$HASH` (base64), the PHC string format. */
export async function hashPassword(password: string, cost = recommendedCost): Promise<string> {
  const salt = randomBytes(16);
  return encode(salt, await deriveKey(password, salt, cost, keyLength), cost);
}

/**
 * Whether the password is the one that was hashed, compared in constant time.
 * @param options.isUrgent served before those that are not
 * @throws if `encoded` is not of `hashPassword`'s form
 */
export async function verifyPassword(
  password: string,
  encoded: string,
  options: { isUrgent?: boolean } = {},
): Promise<boolean> {
  const [, ln, r, p, salt, hash] = encodedPattern.exec(encoded) ?? [];
  if (salt === undefined || hash === undefined) throw new Error('Not a scrypt password hash');
  const expected = Buffer.from(hash, 'base64');
  const actual = await deriveKey(
    password,
    Buffer.from(salt, 'base64'),
    { ln: Number(ln), r: Number(r), p: Number(p) },
    expected.length,
    options,
  );
  return timingSafeEqual(actual, expected);
}

/** A hash that no password has, as costly to verify as a real one: for users that do not exist. */
export function createUnmatchableHash(cost = recommendedCost): string {
  return encode(randomBytes(16), randomBytes(keyLength), cost);
}

function encode(salt: Buffer, key: Buffer, cost: PasswordCost): string {
  const parameters = `ln=${cost.ln},r=${cost.r},p=${cost.p}`;
  return `$scrypt$${parameters}$${salt.toString('base64')}$${key.toString('base64')}`;
}

function deriveKey(
  password: string,
  salt: Buffer,
  { ln, r, p }: PasswordCost,
  length: number,
  turn: { isUrgent?: boolean } = {},
) {
  const N = 2 ** ln;
  // Node's default of 32 MiB is just too little for these parameters.
  const options = { N, r, p, maxmem: 2 * 128 * N * r };
  return inTurn(
    () =>
      new Promise<Buffer>((resolve, reject) => {
        scrypt(password, salt, length, options, (error, key) => {
          if (error) reject(error);
          else resolve(key);
        });
      }),
    turn,
  );
}

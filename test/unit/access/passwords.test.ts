import assert from 'node:assert/strict';
import { scryptSync } from 'node:crypto';
import test from 'node:test';
import {
  createUnmatchableHash,
  hashPassword,
  verifyPassword,
} from '../../../server/access/passwords.ts';

test('a hash names its parameters and is what scrypt makes of them', async () => {
  const encoded = await hashPassword('secret');
  const [, algorithm, parameters, salt = '', hash = ''] = encoded.split('$');
  assert.equal(algorithm, 'scrypt');
  assert.equal(parameters, 'ln=15,r=8,p=3');
  const options = { N: 2 ** 15, r: 8, p: 3, maxmem: 2 ** 26 };
  const expected = scryptSync('secret', Buffer.from(salt, 'base64'), 32, options);
  assert.equal(hash, expected.toString('base64'));
});

test('only the right password matches, and no two hashes are alike', async () => {
  const encoded = await hashPassword('secret');
  assert.notEqual(await hashPassword('secret'), encoded);
  assert.equal(await verifyPassword('secret', encoded), true);
  assert.equal(await verifyPassword('Secret', encoded), false);
  assert.equal(await verifyPassword('', encoded), false);
});

test('a hash with other parameters can still be verified', async () => {
  const salt = Buffer.from('0123456789abcdef');
  const hash = scryptSync('old', salt, 32, { N: 2 ** 10, r: 8, p: 1 });
  const encoded = `$scrypt$ln=10,r=8,p=1$${salt.toString('base64')}$${hash.toString('base64')}`;
  assert.equal(await verifyPassword('old', encoded), true);
});

test('the hash for unknown users has the form and the cost of a real one', async () => {
  const encoded = createUnmatchableHash();
  assert.match(encoded, /^\$scrypt\$ln=15,r=8,p=3\$/);
  assert.equal(await verifyPassword('secret', encoded), false);
});

test('text that is no hash is an error, not a refused password', async () => {
  await assert.rejects(verifyPassword('secret', 'secret'), /Not a scrypt password hash/);
});

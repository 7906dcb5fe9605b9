/** A test file in namespaces of its own, of which one test succeeds and one fails. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { inLabServer } from '../in-lab-server.ts';
import { inPrivateNamespaces } from '../private-namespaces.ts';

const isIn = process.env['WAI_TEST_WHERE'] === 'lab' ? inLabServer : inPrivateNamespaces;

if (isIn(import.meta.url)) {
  it('succeeds', () => undefined);
  it('fails', () => {
    assert.fail('as it should');
  });
}

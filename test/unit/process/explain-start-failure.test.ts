import assert from 'node:assert/strict';
import test from 'node:test';
import {
  explainStartFailure,
  formatListen,
} from '../../../server/process/explain-start-failure.ts';
import { ProgramOptionsError } from '../../../server/program-options.ts';
import { UserError } from '../../../server/shared/errors.ts';

const listen = { host: '127.0.0.1', port: 9443 };
const systemError = (fields: { code: string; syscall?: string; path?: string }) =>
  Object.assign(new Error(`${fields.code}: as the system says it`), fields);

for (const [what, error, sentence] of [
  ['a wrong setting', new ProgramOptionsError('WAI_TLS: no.'), /^WAI_TLS: no\.$/],
  ['a file that cannot be used', new UserError('x', 'accounts.json is damaged.'), /damaged\.$/],
  [
    'a port in use',
    systemError({ code: 'EADDRINUSE', syscall: 'listen' }),
    /^127\.0\.0\.1:9443 is already in use by another program\. Stop it, or set WAI_LISTEN\.$/,
  ],
  [
    'a foreign address',
    systemError({ code: 'EADDRNOTAVAIL', syscall: 'listen' }),
    /^127\.0\.0\.1:9443 is not an address of this machine\./,
  ],
  [
    'a port that needs root',
    systemError({ code: 'EACCES', syscall: 'listen' }),
    /^Listening on 127\.0\.0\.1:9443 is not allowed \(EACCES\)\. Run as root/,
  ],
  [
    'a state folder that needs root',
    systemError({ code: 'EACCES', syscall: 'mkdir', path: '/var/lib/keepalived-wai' }),
    /^\/var\/lib\/keepalived-wai cannot be written \(EACCES\)\. Run as root, or set WAI_STATE_DIR\.$/,
  ],
  ['anything else', new Error('what?'), /^Unexpected: what\?$/],
] as const) {
  test(`${what} is one line that says what to do`, () => {
    assert.match(explainStartFailure(error, listen), sentence);
  });
}

test('an address is written as it is given', () => {
  assert.equal(formatListen(listen), '127.0.0.1:9443');
  assert.equal(formatListen({ host: '::1', port: 80 }), '[::1]:80');
  assert.equal(formatListen({ path: '/run/wai.sock' }), 'unix:/run/wai.sock');
});

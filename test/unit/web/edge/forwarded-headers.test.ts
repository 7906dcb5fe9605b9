import assert from 'node:assert/strict';
import test from 'node:test';
import { parseProgramOptions } from '../../../../server/program-options.ts';
import {
  findClientAddress,
  settleForwardedHeaders,
} from '../../../../server/web/edge/forwarded-headers.ts';
import { createProxyTrust } from '../../../../server/web/edge/trusted-proxies.ts';

const trust = (text: string) =>
  createProxyTrust(parseProgramOptions({ WAI_TRUSTED_PROXIES: text }).trustedProxies);
const isTrusted = trust('127.0.0.1 10.0.0.0/8, fd00::/64 unix');

const cases: [what: string, peer: string | undefined, header: string, client: string][] = [
  ['no proxy, and a forged header', '192.0.2.7', '1.2.3.4', '192.0.2.7'],
  ['one hop', '127.0.0.1', '192.0.2.1', '192.0.2.1'],
  ['what the client wrote before it', '127.0.0.1', '1.2.3.4, 8.8.8.8, 192.0.2.1', '192.0.2.1'],
  ['two proxies', '127.0.0.1', '1.2.3.4, 192.0.2.1, 10.1.2.3', '192.0.2.1'],
  ['a proxy named by the client', '127.0.0.1', '10.9.9.9, 192.0.2.1', '192.0.2.1'],
  ['only proxies', '127.0.0.1', '10.0.0.2, 10.0.0.1', '10.0.0.2'],
  ['blanks and tabs', '127.0.0.1', ' \t192.0.2.1 \t', '192.0.2.1'],
  ['a port', '127.0.0.1', '192.0.2.1:4711', '192.0.2.1'],
  ['IPv6', '127.0.0.1', '2001:DB8:0:0::1', '2001:db8::1'],
  ['IPv6 with a port', '127.0.0.1', '[2001:db8::1]:4711', '2001:db8::1'],
  ['IPv6 in brackets', '127.0.0.1', '[2001:db8::1]', '2001:db8::1'],
  ['IPv6 with a zone', '127.0.0.1', 'fe80::1%eth0', 'fe80::1'],
  ['an IPv6 proxy', 'fd00::5', '2001:db8::1', '2001:db8::1'],
  ['a proxy on a socket for both families', '::ffff:127.0.0.1', '192.0.2.1', '192.0.2.1'],
  ['an IPv4 client in IPv6 form', '127.0.0.1', '::ffff:192.0.2.1', '192.0.2.1'],
  ['the same in hexadecimal form', '127.0.0.1', '::ffff:c000:201', '192.0.2.1'],
  ['a mapped proxy in the chain', '127.0.0.1', '192.0.2.1, ::ffff:10.0.0.1', '192.0.2.1'],
  ['no header', '127.0.0.1', '', '127.0.0.1'],
  ['garbage', '127.0.0.1', '<script>', '127.0.0.1'],
  ['garbage before a hop that is known', '127.0.0.1', '\u001b[2J, 192.0.2.1', '192.0.2.1'],
  ['garbage behind a trusted hop', '127.0.0.1', 'unknown, 10.0.0.1', '10.0.0.1'],
  ['numbers that are no address', '127.0.0.1', '999.1.1.1', '127.0.0.1'],
  ['octal and short forms', '127.0.0.1', '010.1', '127.0.0.1'],
  ['empty entries', '127.0.0.1', '192.0.2.1,,', '127.0.0.1'],
  ['quotes', '127.0.0.1', '"192.0.2.1"', '127.0.0.1'],
  ['a unix socket', undefined, '192.0.2.1', '192.0.2.1'],
];
for (const [what, peer, header, client] of cases) {
  test(`the browser’s address: ${what}`, () => {
    assert.equal(findClientAddress(peer, header, isTrusted), client);
  });
}

test('a hundred hops, and sixteen thousand bytes of them, change nothing', () => {
  const forged = Array.from({ length: 100 }, (_one, at) => `203.0.113.${at}`);
  assert.equal(
    findClientAddress('127.0.0.1', [...forged, '192.0.2.1'].join(', '), isTrusted),
    '192.0.2.1',
  );
  const trusted = Array<string>(2_000).fill('10.0.0.1');
  assert.equal(
    findClientAddress('127.0.0.1', ['192.0.2.1', ...trusted].join(','), isTrusted),
    '192.0.2.1',
  );
  assert.equal(findClientAddress('127.0.0.1', '['.repeat(16_000), isTrusted), '127.0.0.1');
});

test('a unix socket that is not trusted tells nothing', () => {
  assert.equal(findClientAddress(undefined, '192.0.2.1', trust('127.0.0.1')), undefined);
});

test('of a request only what is believed is left', () => {
  const settle = (remoteAddress: string, headers: Record<string, string>) => {
    const request = { socket: { remoteAddress }, headers: { ...headers } };
    settleForwardedHeaders(request, isTrusted);
    return request.headers;
  };
  const forged = {
    'x-forwarded-for': '1.2.3.4',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'evil.example',
  };
  assert.deepEqual(settle('192.0.2.7', { host: 'server1', ...forged }), { host: 'server1' });
  assert.deepEqual(
    settle('10.0.0.1', {
      'x-forwarded-for': '1.2.3.4, 192.0.2.1',
      'x-forwarded-proto': 'http, HTTPS',
      'x-forwarded-host': 'evil.example, ha.example:8443',
    }),
    {
      'x-forwarded-for': '192.0.2.1',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'ha.example:8443',
    },
  );
  assert.deepEqual(settle('10.0.0.1', { 'x-forwarded-proto': 'ftp', 'x-forwarded-host': ' ' }), {
    'x-forwarded-for': '10.0.0.1',
  });
});

for (const text of [
  '0.0.0.0/0',
  '::/0',
  '10.0.0.0/33',
  'proxy.example',
  '10.0.0.0/',
  '*',
  '10.1',
]) {
  test(`WAI_TRUSTED_PROXIES=${text} is refused`, () => {
    assert.throws(() => trust(text), /WAI_TRUSTED_PROXIES: .* is not allowed\. Use addresses/);
  });
}

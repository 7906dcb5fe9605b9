import assert from 'node:assert/strict';
import test from 'node:test';
import { listOwnUrls } from '../../../../server/process/pair/own-urls.ts';
import { parseProgramOptions } from '../../../../server/program-options.ts';

const addresses = ['127.0.0.1', '192.168.0.10', '192.168.0.100', 'fd00::10', 'fe80::1', '::1'];
const urls = (environment: Record<string, string>) =>
  listOwnUrls(parseProgramOptions(environment), addresses, ['192.168.0.100']);

test('a page that listens everywhere is at each address of its machine that stays', () => {
  const expected = ['https://192.168.0.10:9443', 'https://[fd00::10]:9443'];
  assert.deepEqual(urls({ WAI_LISTEN: '0.0.0.0:9443' }), ['https://192.168.0.10:9443']);
  assert.deepEqual(urls({ WAI_LISTEN: '[::]:9443' }), expected);
});

test('a page that listens for its own machine only is nowhere', () => {
  for (const listen of ['127.0.0.1:9443', '[::1]:9443', 'localhost:9443', 'unix:/run/page']) {
    assert.deepEqual(urls({ WAI_LISTEN: listen }), [], listen);
  }
});

test('its address has the scheme, the port and the path of its settings', () => {
  const environment = { WAI_LISTEN: 'server1:80', WAI_TLS: 'off', WAI_BASE_PATH: '/ha' };
  assert.deepEqual(urls(environment), ['http://server1:80/ha']);
});

import assert from 'node:assert/strict';
import test from 'node:test';
import { readPageUrl } from '../../../../server/agent/links/page-url.ts';

test('the address of a page is taken as people type it', () => {
  const rows: [typed: string, url: string][] = [
    ['192.168.0.11', 'https://192.168.0.11:9443'],
    [' 192.168.0.11 ', 'https://192.168.0.11:9443'],
    ['192.168.0.11:8443', 'https://192.168.0.11:8443'],
    ['192.168.0.11:443', 'https://192.168.0.11'],
    ['server2', 'https://server2:9443'],
    ['server2.example:9000', 'https://server2.example:9000'],
    ['server2/ha', 'https://server2:9443/ha'],
    ['fd00::2', 'https://[fd00::2]:9443'],
    ['[fd00::2]', 'https://[fd00::2]:9443'],
    ['[fd00::2]:9000', 'https://[fd00::2]:9000'],
    ['https://server2', 'https://server2'],
    ['https://server2/', 'https://server2'],
    ['https://server2:9443/ha/', 'https://server2:9443/ha'],
    ['http://192.168.0.11:9080', 'http://192.168.0.11:9080'],
    ['https://server2/ha?x=1#y', 'https://server2/ha'],
  ];
  for (const [typed, url] of rows) assert.equal(readPageUrl(typed), url, typed);
});

test('what is no address of a page is refused with what to enter', () => {
  const rows: [typed: string, says: RegExp][] = [
    ['', /Enter the address/],
    ['two words', /is not the address/],
    ['fd00::2::3', /is not the address/],
    ['ftp://server2', /https:\/\/ or http:\/\//],
    ['https://admin:secret@server2', /Leave out the user name/],
    ['fe80::1', /one link only/],
  ];
  for (const [typed, says] of rows) assert.throws(() => readPageUrl(typed), says, typed);
});

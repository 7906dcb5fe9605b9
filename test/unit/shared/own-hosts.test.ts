import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import test from 'node:test';
import { listOwnHosts, listOwnNames } from '../../../server/shared/own-hosts.ts';

test('the names are those of the host, its search domains and its lines in the hosts file', () => {
  const names = listOwnNames({
    hostName: 'ha1',
    addresses: ['127.0.0.1', '192.168.0.10', 'fd00::10'],
    hostsText: [
      '127.0.0.1 localhost',
      '127.0.1.1\tha1.corp.example ha1',
      '192.168.0.10 gateway1 # the appliance',
      '# 192.168.0.10 commented',
      '192.168.0.20 gateway2',
      'fd00::10 six',
      '',
    ].join('\n'),
    resolverText: 'nameserver 10.0.0.1\n; search old.example\nsearch corp.example lab.example\n',
  });
  assert.deepEqual(names.sort(), [
    'gateway1',
    'ha1',
    'ha1.corp.example',
    'ha1.lab.example',
    'localhost',
    'six',
  ]);
});

test('a fully qualified host name is also asked for by its first part', () => {
  const names = listOwnNames({
    hostName: 'ha1.corp.example',
    addresses: [],
    hostsText: '',
    resolverText: '',
  });
  assert.deepEqual(names, ['ha1.corp.example', 'ha1']);
});

test('this machine knows its loopback address and its name', () => {
  const hosts = listOwnHosts();
  assert.ok(hosts.includes('127.0.0.1'));
  assert.ok(hosts.includes(hostname()));
});

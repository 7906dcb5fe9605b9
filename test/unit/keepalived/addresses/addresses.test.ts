import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  containsAddress,
  normalizeAddress,
  parseCidr,
  validateVirtualAddress,
} from '../../../../server/keepalived/addresses/addresses.ts';

describe('CIDR form', () => {
  it('is an address and a prefix length', () => {
    assert.deepEqual(parseCidr(' 192.168.0.100/24 '), {
      ok: true,
      family: 'inet',
      address: '192.168.0.100',
      prefixLength: 24,
    });
    assert.deepEqual(parseCidr('FD00:0:0::1/64'), {
      ok: true,
      family: 'inet6',
      address: 'fd00::1',
      prefixLength: 64,
    });
  });

  for (const [text, reason] of [
    ['', 'Write an address in CIDR form, such as 192.168.0.100/24.'],
    ['192.168.0.100', 'The prefix length is missing: write it as 192.168.0.100/24.'],
    ['192.168.0.100/', 'The prefix length is missing: write it as 192.168.0.100/24.'],
    ['10.0.0.1/255.255.0.0', 'The prefix length is missing: write it as 10.0.0.1/16.'],
    ['fd00::1', 'The prefix length is missing: write it as fd00::1/64.'],
    ['192.168.0.100/33', 'The prefix length /33 is not from 1 to 32.'],
    ['192.168.0.100/0', 'The prefix length /0 is not from 1 to 32.'],
    ['fd00::1/129', 'The prefix length /129 is not from 1 to 128.'],
    [
      '192.168.0.300/24',
      '“192.168.0.300/24” is not an address in CIDR form, such as 192.168.0.100/24.',
    ],
    ['192.168.0/24', '“192.168.0/24” is not an address in CIDR form, such as 192.168.0.100/24.'],
    ['010.0.0.1/24', '“010.0.0.1/24” is not an address in CIDR form, such as 192.168.0.100/24.'],
    [
      'fe80::1%eth0/64',
      '“fe80::1%eth0/64” is not an address in CIDR form, such as 192.168.0.100/24.',
    ],
    ['1.2.3.4/24/5', '“1.2.3.4/24/5” is not an address in CIDR form, such as 192.168.0.100/24.'],
    ['server1', '“server1” is not an address in CIDR form, such as 192.168.0.100/24.'],
  ] as const) {
    it(`is not “${text}”`, () => {
      assert.deepEqual(parseCidr(text), { ok: false, reason });
    });
  }

  it('lets nothing through that would end a line or a word of a configuration', () => {
    for (const text of [
      '10.0.0.1/24\nfoo',
      '10.0.0.1/24 dev eth0',
      '10.0.0.1/24}',
      '10.0.0.1/2 4',
    ]) {
      assert.ok(!parseCidr(text).ok, text);
    }
  });
});

describe('a network', () => {
  it('contains its addresses and no others', () => {
    const network = { address: '192.168.0.10', prefixLength: 24 };
    assert.ok(containsAddress(network, '192.168.0.100'));
    assert.ok(!containsAddress(network, '192.168.1.100'));
    assert.ok(!containsAddress(network, 'fd00::1'));
    assert.ok(!containsAddress(network, 'nonsense'));
    assert.ok(containsAddress({ address: 'fd00::1', prefixLength: 64 }, 'fd00:0:0:0:1::'));
    assert.ok(!containsAddress({ address: 'fd00::1', prefixLength: 64 }, 'fd01::1'));
  });
});

describe('an address', () => {
  it('has one spelling', () => {
    assert.equal(normalizeAddress('FE80:0:0:0:0:0:0:1'), 'fe80::1');
    assert.equal(normalizeAddress('10.9.0.1'), '10.9.0.1');
    assert.equal(normalizeAddress('nonsense'), 'nonsense');
  });
});

describe('a virtual IP', () => {
  const interfaceAddresses = [
    { family: 'inet', address: '192.168.0.10', prefixLength: 24 },
    { family: 'inet6', address: 'fe80::1', prefixLength: 64 },
  ] as const;
  const judge = (text: string) => validateVirtualAddress(text, { interfaceAddresses });

  it('in the interface’s network is fine', () => {
    assert.deepEqual(judge('192.168.0.100/24'), { errors: [], warnings: [] });
    assert.deepEqual(judge('192.168.0.100/32'), { errors: [], warnings: [] });
  });

  for (const [text, error] of [
    ['192.168.0.100', /^The prefix length is missing: write it as 192\.168\.0\.100\/24\.$/],
    [
      'fd00::100/64',
      /^An IPv6 address needs VRRP version 3 without authentication; use the editor/,
    ],
    ['fd00::100', /^An IPv6 address needs VRRP version 3/],
    ['192.168.0.10/24', /^192\.168\.0\.10 is this server’s own address/],
    ['127.0.0.1/8', /loopback/],
    ['224.0.0.18/24', /multicast/],
    ['0.0.0.0/24', /no address of a machine/],
    ['255.255.255.255/32', /reserved/],
    ['240.0.0.1/24', /reserved/],
    ['', /^Write an address in CIDR form/],
    ['192.168.0.300/24', /is not an address/],
  ] as const) {
    it(`“${text}” is refused`, () => {
      const { errors, warnings } = judge(text);
      assert.equal(errors.length, 1);
      assert.match(errors[0] ?? '', error);
      assert.deepEqual(warnings, []);
    });
  }

  it('without prefix is offered the one of the interface', () => {
    const { errors } = validateVirtualAddress('10.1.2.3', {
      interfaceAddresses: [{ family: 'inet', address: '10.1.0.1', prefixLength: 16 }],
    });
    assert.deepEqual(errors, ['The prefix length is missing: write it as 10.1.2.3/16.']);
  });

  it('outside the interface’s network is doubted', () => {
    assert.deepEqual(judge('10.0.0.100/24'), {
      errors: [],
      warnings: [
        '10.0.0.100/24 is outside the interface’s network (192.168.0.10/24); other machines may not reach it.',
      ],
    });
    assert.deepEqual(validateVirtualAddress('10.0.0.100/24', { interfaceAddresses: [] }), {
      errors: [],
      warnings: [],
    });
  });

  it('at the edge of the network is doubted', () => {
    assert.match(judge('192.168.0.0/24').warnings[0] ?? '', /the network address/);
    assert.match(judge('192.168.0.255/24').warnings[0] ?? '', /the broadcast address/);
    assert.match(judge('192.168.0.255/32').warnings[0] ?? '', /the broadcast address/);
  });

  it('that this server holds because it is active is not its own address', () => {
    const held = [
      ...interfaceAddresses,
      { family: 'inet', address: '192.168.0.100', prefixLength: 24 } as const,
    ];
    const text = '192.168.0.100/24';
    assert.equal(validateVirtualAddress(text, { interfaceAddresses: held }).errors.length, 1);
    assert.deepEqual(
      validateVirtualAddress(text, {
        interfaceAddresses: held,
        currentVirtualAddresses: ['192.168.0.100'],
      }),
      { errors: [], warnings: [] },
    );
  });
});

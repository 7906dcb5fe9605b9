import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeFrame } from '../../../../server/keepalived/wire/decode-frame.ts';
import type { DecodingContext } from '../../../../server/keepalived/wire/decode-frame.ts';
import type { VrrpAdvertisement } from '../../../../server/keepalived/wire/decoded-frame.ts';
import {
  ethernetFrame,
  hex,
  ipv4,
  ipv6,
  packetOf,
  version2Message,
  version3Message,
} from './frames.ts';

function advertisement(bytes: Uint8Array, context: DecodingContext = {}): VrrpAdvertisement {
  const frame = decodeFrame(packetOf(bytes), context);
  assert.equal(frame.kind, 'vrrp', JSON.stringify(frame));
  return frame;
}

function reasonOf(bytes: Uint8Array, linkType = 1): string {
  const frame = decodeFrame(packetOf(bytes, { linkType }));
  assert.ok(frame.kind === 'malformed' || frame.kind === 'other', frame.kind);
  return `${frame.kind}: ${frame.reason}`;
}

describe('an advertisement made from the standard', () => {
  it('of version 2 is read whole', () => {
    assert.deepEqual(
      decodeFrame(packetOf(ethernetFrame('0800', ipv4(version2Message))), {
        interfaceName: 'eth0',
      }),
      {
        kind: 'vrrp',
        atMs: 1000,
        interfaceName: 'eth0',
        sourceMac: '02:00:00:00:00:01',
        vlanIds: [],
        outgoing: undefined,
        family: 'inet',
        source: '10.0.0.1',
        destination: '224.0.0.18',
        unicast: false,
        ttl: 255,
        version: 2,
        virtualRouterId: 7,
        priority: 100,
        intervalMs: 1000,
        addresses: ['192.0.2.7'],
        authentication: 'none',
        passwordMatchesOurs: undefined,
        checksumOk: true,
        checksumForm: 'message',
        fromVirtualMac: false,
        truncated: false,
        fragmented: false,
      },
    );
  });

  it('of version 3 counts hundredths of seconds in 12 bits; its checksum may be RFC 9568’s', () => {
    const { version, intervalMs, checksumForm, authentication } = advertisement(
      ethernetFrame('0800', ipv4(version3Message)),
    );
    assert.deepEqual(
      { version, intervalMs, checksumForm, authentication },
      { version: 3, intervalMs: 1000, checksumForm: 'message', authentication: 'none' },
    );
    const longest = advertisement(
      ethernetFrame('0800', ipv4(hex('31 07 64 01 ffff 0000 c0000207'))),
    );
    assert.equal(longest.intervalMs, 40_950, 'the upper four bits are reserved');
    assert.equal(longest.checksumOk, false);
  });

  it('with a wrong bit anywhere has a wrong checksum', () => {
    for (let bit = 8; bit < 96; bit += 1) {
      const message = Buffer.from(version2Message);
      message[bit >> 3] = (message[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const frame = decodeFrame(packetOf(ethernetFrame('0800', ipv4(message))));
      if (frame.kind === 'vrrp') assert.equal(frame.checksumOk, false, `bit ${bit}`);
    }
  });

  it('is read behind IPv4 options, and behind IPv6 extension headers', () => {
    const withOptions = ethernetFrame('0800', ipv4(version2Message, { options: '94040000' }));
    assert.equal(advertisement(withOptions).checksumOk, true);
    const address = 'fe80000000000000 0000000000000100';
    const message = hex('31 33 64 01 0064 0000', address);
    const hopByHop = hex('3c 00 050200000100', '70 00 010400000000');
    const { addresses, destination } = advertisement(
      ethernetFrame('86dd', ipv6(Buffer.concat([hopByHop, message]), 0)),
    );
    assert.deepEqual(
      { addresses, destination },
      { addresses: ['fe80::100'], destination: 'ff02::12' },
    );
  });

  it('behind VLAN tags names them, the outer one first; a priority tag is none', () => {
    const tagged = (tags: string) =>
      advertisement(ethernetFrame('0800', ipv4(version2Message), tags)).vlanIds;
    assert.deepEqual(tagged('8100 600a'), [10]);
    assert.deepEqual(tagged('88a8 0014 8100 000a'), [20, 10]);
    assert.deepEqual(tagged('8100 e000'), []);
  });

  it('that is the first fragment is flagged, and its checksum is not judged', () => {
    const half = version2Message.subarray(0, 10);
    const { fragmented, checksumOk, addresses } = advertisement(
      ethernetFrame('0800', ipv4(half, { fragmentation: 0x2000 })),
    );
    assert.deepEqual(
      { fragmented, checksumOk, addresses },
      { fragmented: true, checksumOk: undefined, addresses: [] },
    );
  });

  it('shows the TTL it arrived with, and Ethernet’s padding does not matter', () => {
    const padded = Buffer.concat([
      ethernetFrame('0800', ipv4(version3Message, { ttl: 64 })),
      Buffer.alloc(14, 0xff),
    ]);
    const { ttl, checksumOk } = advertisement(padded);
    assert.deepEqual({ ttl, checksumOk }, { ttl: 64, checksumOk: true });
  });

  it('from the virtual router’s own MAC address says so', () => {
    const frame = Buffer.from(ethernetFrame('0800', ipv4(version2Message)));
    hex('00005e000107').forEach((byte, at) => (frame[6 + at] = byte));
    assert.equal(advertisement(frame).fromVirtualMac, true);
    frame[11] = 8;
    assert.equal(advertisement(frame).fromVirtualMac, false, 'another router’s');
  });
});

describe('the password', () => {
  const sent = Buffer.from(version2Message);
  sent[4] = 1;
  sent.write('hunter2x', 12, 'latin1');
  const frame = ethernetFrame('0800', ipv4(sent));
  const compare = (password: string, virtualRouterId = 7) =>
    advertisement(frame, { passwords: new Map([[virtualRouterId, password]]) });

  it('is compared by its first 8 bytes', () => {
    assert.equal(compare('hunter2x').passwordMatchesOurs, true);
    assert.equal(compare('hunter2x-and-more').passwordMatchesOurs, true);
    assert.equal(compare('hunter2').passwordMatchesOurs, false);
    assert.equal(compare('').passwordMatchesOurs, false);
  });

  it('of another virtual router is not compared', () => {
    assert.equal(compare('hunter2x', 8).passwordMatchesOurs, undefined);
  });

  it('is never in the result', () => {
    assert.doesNotMatch(JSON.stringify(compare('hunter2x')), /hunter|68756e74|104,117,110/);
  });
});

describe('ARP', () => {
  const arp = (operation: string, sender: string, target: string) => {
    const bytes = hex('0001 0800 06 04', operation, '020000000001', sender, '000000000000', target);
    return decodeFrame(packetOf(ethernetFrame('0806', bytes)));
  };
  const about = (frame: ReturnType<typeof arp>) => {
    assert.equal(frame.kind, 'arp');
    return [frame.operation, frame.gratuitous, frame.probe];
  };

  it('tells requests, replies, announcements and probes apart', () => {
    assert.deepEqual(about(arp('0001', '0a000001', '0a000064')), ['request', false, false]);
    assert.deepEqual(about(arp('0002', '0a000064', '0a000001')), ['reply', false, false]);
    assert.deepEqual(about(arp('0001', '0a000064', '0a000064')), ['request', true, false]);
    assert.deepEqual(about(arp('0001', '00000000', '0a000064')), ['request', false, true]);
  });

  it('names who answers for which address', () => {
    const frame = arp('0002', '0a000064', '0a000001');
    assert.ok(frame.kind === 'arp');
    assert.equal(frame.senderMac, '02:00:00:00:00:01');
    assert.equal(frame.senderAddress, '10.0.0.100');
    assert.equal(frame.targetAddress, '10.0.0.1');
  });
});

describe('what cannot be read has a reason', () => {
  const vrrp = (text: string) => ethernetFrame('0800', ipv4(hex(text)));
  const rows: [string, Uint8Array, RegExp][] = [
    ['nothing at all', hex(''), /malformed: shorter than an Ethernet header/],
    ['half a VLAN tag', hex('01005e000012 020000000001 8100 00'), /malformed: a VLAN tag/],
    [
      'many VLAN tags',
      ethernetFrame('0800', ipv4(version2Message), '8100000a'.repeat(5)),
      /malformed: more than 4 VLAN tags/,
    ],
    ['half an IPv4 header', ethernetFrame('0800', hex('45000014')), /shorter than an IPv4/],
    ['IPv6 called IPv4', ethernetFrame('0800', ipv6(version3Message)), /another version/],
    ['a header of 4 bytes', ethernetFrame('0800', hex(`41${'0'.repeat(40)}`)), /impossible length/],
    ['version 4', vrrp('41 07 64 01 00 01 0000 c0000207'), /malformed: VRRP version 4/],
    ['type 2', vrrp('32 07 64 01 00 01 0000 c0000207'), /malformed: VRRP message of type 2/],
    ['half a VRRP header', vrrp('31 07 64'), /malformed: shorter than a VRRP header/],
    [
      'too many addresses',
      vrrp('31 07 64 ff 0064 0000 c0000207'),
      /malformed: too short for the 255/,
    ],
    ['no room for the password', vrrp('21 07 64 01 0101 0000 c0000207'), /malformed: too short/],
    [
      'less than the IP header says',
      ethernetFrame('0800', ipv4(version2Message).subarray(0, -3)),
      /malformed: shorter than it claims/,
    ],
    ['CARP', vrrp(`21 07 00 07 0001 0000 ${'00'.repeat(28)}`), /other: CARP/],
    ['TCP', ethernetFrame('0800', ipv4(hex('00'), { protocol: 6 })), /other: IP protocol 6/],
    [
      'a later fragment',
      ethernetFrame('0800', ipv4(version2Message, { fragmentation: 1 })),
      /other: a later fragment/,
    ],
    [
      'half an AH',
      ethernetFrame('0800', ipv4(hex('7004'), { protocol: 51 })),
      /malformed: an auth/,
    ],
    [
      'an empty AH',
      ethernetFrame('0800', ipv4(hex('70ff', '00'.repeat(30)), { protocol: 51 })),
      /impossible/,
    ],
    [
      'an endless row of extension headers',
      ethernetFrame('86dd', ipv6(hex('00 00 010400000000'.repeat(12)), 0)),
      /malformed: too many IPv6 extension headers/,
    ],
    ['an extension header cut short', ethernetFrame('86dd', ipv6(hex('70 05'), 0)), /cut short/],
    ['half an ARP', ethernetFrame('0806', hex('0001 0800 06 04 0001 02')), /malformed: an ARP/],
    [
      'ARP for something else',
      ethernetFrame('0806', hex('0006 0800 06 04 0001')),
      /other: ARP, but/,
    ],
    ['spanning tree', ethernetFrame('0026', hex('424203')), /other: Ethernet type 0x0026/],
  ];
  for (const [name, bytes, reason] of rows) {
    it(name, () => {
      assert.match(reasonOf(bytes), reason);
    });
  }

  it('an unknown link type, and short headers of the known ones', () => {
    assert.match(reasonOf(hex('00'), 147), /other: link type 147/);
    for (const linkType of [1, 113, 276, 101, 228, 229]) {
      assert.match(reasonOf(hex('00'), linkType), /malformed/);
    }
  });
});

it('raw IP needs no link layer', () => {
  const frame = decodeFrame(packetOf(ipv4(version2Message), { linkType: 101 }));
  assert.equal(frame.kind, 'vrrp');
  assert.equal(frame.sourceMac, undefined);
});

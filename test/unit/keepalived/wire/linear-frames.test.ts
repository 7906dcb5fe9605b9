/** Anybody on the network may send frames: to read them takes time in proportion to their bytes. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeFrame } from '../../../../server/keepalived/wire/decode-frame.ts';
import { parsePcap } from '../../../../server/keepalived/wire/pcap.ts';
import { assertLinear, repeat } from '../../growth.ts';
import { ethernetFrame, hex, ipv4, ipv6, packetOf } from './frames.ts';

/** A captured packet as the file has it. */
function writeRecord(bytes: Uint8Array): Buffer {
  const header = Buffer.alloc(16);
  header.writeUInt32LE(bytes.length, 8);
  header.writeUInt32LE(bytes.length, 12);
  return Buffer.concat([header, bytes]);
}
const fileHeader = Buffer.from(hex('d4c3b2a1 0200 0400 00000000 00000000 00000400 01000000'));
const advertisement = hex('21336501 00010000 0a000064 00000000 00000000');

const units: Record<string, Uint8Array> = {
  nothing: new Uint8Array(0),
  'one byte': hex('00'),
  'an advertisement': ethernetFrame('0800', ipv4(advertisement)),
  'an IPv6 advertisement': ethernetFrame('86dd', ipv6(advertisement)),
  'a cut advertisement': ethernetFrame('0800', ipv4(advertisement)).subarray(0, 40),
};

describe('a capture is read in linear time', () => {
  for (const [name, bytes] of Object.entries(units)) {
    it(`of packets with ${name}`, () => {
      const record = writeRecord(bytes).toString('latin1');
      assertLinear(
        (length) => fileHeader.toString('latin1') + repeat(record, length),
        (text) => {
          const { packets } = parsePcap(Buffer.from(text, 'latin1'));
          assert.ok(packets.length > 0);
          return packets.map((packet) => decodeFrame(packet));
        },
      );
    });
  }
});

describe('a frame is read in linear time', () => {
  const frames: Record<string, (payload: Uint8Array) => Uint8Array> = {
    // 60,000 bytes at the most: what is behind the IP header's length is padding.
    'of addresses': (payload) => ethernetFrame('0800', ipv4(payload.subarray(0, 60_000))),
    'with padding': (payload) =>
      ethernetFrame('0800', Buffer.concat([ipv4(advertisement), payload])),
    'of VLAN tags': (payload) => ethernetFrame('8100', payload),
    'of no kind': (payload) => payload,
  };
  for (const [name, make] of Object.entries(frames)) {
    for (const unit of ['\0', '\x81\0\0\x01', '\x2c\0', '\0\x06\x01\x04', '\xff']) {
      it(`${name}, ${JSON.stringify(unit)}`, () => {
        assertLinear(
          (length) => repeat(unit, length),
          (text) => decodeFrame(packetOf(make(Buffer.from(text, 'latin1')))),
        );
      });
    }
  }
});

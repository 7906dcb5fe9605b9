import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { decodeFrame } from '../../../../server/keepalived/wire/decode-frame.ts';
import type { VrrpAdvertisement } from '../../../../server/keepalived/wire/decoded-frame.ts';
import type { HmacKeys } from '../../../../server/keepalived/wire/hmac-trailer.ts';
import { parsePcap } from '../../../../server/keepalived/wire/pcap.ts';

const folder = join(import.meta.dirname, '../../../fixtures/captures');
/** The recorded servers' key: 00 01 02 … 1f. */
const key = Uint8Array.from({ length: 32 }, (_, at) => at);

function decode(
  name: string,
  keys: HmacKeys = new Map([[1, key]]),
  change: (bytes: Buffer) => void = () => undefined,
): VrrpAdvertisement[] {
  const { packets } = parsePcap(readFileSync(join(folder, `${name}.pcap`)));
  return packets.flatMap((packet) => {
    const bytes = Buffer.from(packet.bytes);
    change(bytes);
    const frame = decodeFrame({ ...packet, bytes }, { hmacKeys: new Map([[51, keys]]) });
    return frame.kind === 'vrrp' ? [frame] : [];
  });
}

for (const name of ['v2-hmac', 'v3-hmac-ipv4', 'v3-hmac-ipv6']) {
  describe(`auth_hmac of keepalived 2.4.3, ${name}`, () => {
    it('is whole, right by our key, and grows', () => {
      const sent = decode(name);
      assert.ok(sent.length > 0);
      for (const { checksumOk, hmac, addresses, atMs } of sent) {
        assert.equal(checksumOk, true);
        assert.equal(addresses.length, 2);
        assert.deepEqual([hmac?.verdict, hmac?.keyId], ['right', 1]);
        assert.ok(Math.abs((hmac?.sentAtSeconds ?? 0) - atMs / 1000) < 2);
      }
      const sequences = sent.map(({ hmac }) => hmac?.sequence ?? '');
      assert.deepEqual(sequences, [...new Set(sequences)].toSorted());
    });

    it('is verified with nothing but the key of its number', () => {
      const verdict = (keys: HmacKeys) => decode(name, keys)[0]?.hmac?.verdict;
      assert.equal(verdict(new Map([[1, Buffer.alloc(32, 7)]])), 'wrong');
      assert.equal(verdict(new Map([[2, key]])), 'unknown-key');
      assert.equal(verdict(new Map([[1, undefined]])), 'unverified');
      const [unverified] = parsePcap(readFileSync(join(folder, `${name}.pcap`)))
        .packets.map((packet) => decodeFrame(packet))
        .filter((frame) => frame.kind === 'vrrp');
      assert.equal(unverified?.hmac?.verdict, 'unverified');
    });

    it('is found changed in its last byte, its kind and its message', () => {
      const verdictOf = (change: (bytes: Buffer) => void) =>
        decode(name, new Map([[1, key]]), change).map(({ hmac }) => hmac?.verdict)[0];
      const flip = (bytes: Buffer, at: number) => bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
      assert.equal(
        verdictOf((bytes) => flip(bytes, bytes.length - 1)),
        'wrong',
      );
      assert.equal(
        verdictOf((bytes) => flip(bytes, bytes.length - 28)),
        'malformed',
      );
      assert.equal(
        verdictOf((bytes) => flip(bytes, bytes.length - 26)),
        'malformed',
      );
    });
  });
}

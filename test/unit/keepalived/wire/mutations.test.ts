import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { decodeFrame } from '../../../../server/keepalived/wire/decode-frame.ts';
import { parsePcap } from '../../../../server/keepalived/wire/pcap.ts';
import type { PcapPacket } from '../../../../server/keepalived/wire/pcap.ts';
import {
  ethernetFrame,
  hex,
  ipv4,
  ipv6,
  packetOf,
  version2Message,
  version3Message,
} from './frames.ts';

const folder = join(import.meta.dirname, '../../../fixtures/captures');
const captures = readdirSync(folder)
  .filter((name) => name.endsWith('.pcap'))
  .map((name) => readFileSync(join(folder, name)));

const seeds: PcapPacket[] = [
  ...captures.flatMap((bytes) => parsePcap(bytes).packets),
  packetOf(ethernetFrame('0800', ipv4(version2Message, { options: '94040000' }), '8100000a')),
  packetOf(
    ethernetFrame('86dd', ipv6(Buffer.concat([hex('70 00 010400000000'), version3Message]), 0)),
  ),
  packetOf(ipv4(version3Message), { linkType: 101 }),
];

/** Marsaglia's xorshift: the same numbers in each run, 0 ≤ n < limit. */
function createRandom(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

function mutate({ bytes, ...packet }: PcapPacket, random: (limit: number) => number): PcapPacket {
  const changed = Buffer.from(
    bytes.subarray(0, random(4) === 0 ? random(bytes.length) : undefined),
  );
  for (let count = random(6); count > 0 && changed.length > 0; count -= 1) {
    changed[random(changed.length)] = [0, 0xff, 1 << random(8), random(256)][random(4)] ?? 0;
  }
  const linkType = random(8) === 0 ? ([1, 113, 276, 101][random(4)] ?? 1) : packet.linkType;
  return { ...packet, linkType, bytes: changed };
}

it('10,000 damaged packets are decoded or refused, without an exception', () => {
  const random = createRandom(20_261_124);
  const passwords = new Map([[51, 'secret01']]);
  const hmacKeys = new Map([[51, new Map([[1, Buffer.alloc(32, 7)]])]]);
  const kinds = { vrrp: 0, arp: 0, other: 0, malformed: 0 };
  for (let count = 0; count < 10_000; count += 1) {
    const seed = seeds[random(seeds.length)];
    assert.ok(seed);
    const packet = mutate(seed, random);
    try {
      const frame = decodeFrame(packet, { passwords, hmacKeys });
      kinds[frame.kind] += 1;
    } catch (error) {
      assert.fail(`${Buffer.from(packet.bytes).toString('hex')}: ${String(error)}`);
    }
  }
  for (const [kind, count] of Object.entries(kinds)) {
    assert.ok(count > 100, `${kind} was reached ${count} times`);
  }
});

it('500 damaged files are read or refused, without an exception', () => {
  const random = createRandom(7);
  for (let count = 0; count < 500; count += 1) {
    const bytes = captures[random(captures.length)];
    assert.ok(bytes);
    const { bytes: file } = mutate(packetOf(bytes), random);
    for (const packet of parsePcap(file).packets) decodeFrame(packet);
  }
});

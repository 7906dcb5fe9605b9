import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { decodeFrame } from '../../../../server/keepalived/wire/decode-frame.ts';
import type {
  ArpMessage,
  DecodedFrame,
  VrrpAdvertisement,
} from '../../../../server/keepalived/wire/decoded-frame.ts';
import { createPcapReader, parsePcap } from '../../../../server/keepalived/wire/pcap.ts';

const folder = join(import.meta.dirname, '../../../fixtures/captures');
const read = (name: string) => readFileSync(join(folder, `${name}.pcap`));
const passwords = new Map([[51, 'secret01']]);
const recordedOn = '2026-11-24';

function decode(name: string): DecodedFrame[] {
  const { packets, problem } = parsePcap(read(name));
  assert.equal(problem, undefined);
  return packets.map((packet) => decodeFrame(packet, { passwords, interfaceName: 'eth0' }));
}
const isAdvertisement = (frame: DecodedFrame): frame is VrrpAdvertisement => frame.kind === 'vrrp';
const isArp = (frame: DecodedFrame): frame is ArpMessage => frame.kind === 'arp';

describe('what keepalived 2.2.7 sends', () => {
  const common: Partial<VrrpAdvertisement> = {
    family: 'inet',
    source: '192.168.0.11',
    sourceMac: '02:00:00:00:00:01',
    destination: '224.0.0.18',
    unicast: false,
    ttl: 255,
    version: 2,
    virtualRouterId: 51,
    priority: 101,
    intervalMs: 1000,
    addresses: ['192.168.0.100', '192.168.0.101'],
    checksumOk: true,
    checksumForm: 'message',
    fromVirtualMac: false,
    truncated: false,
    vlanIds: [],
  };
  const password: Partial<VrrpAdvertisement> = {
    authentication: 'password',
    passwordMatchesOurs: true,
  };
  const version3: Partial<VrrpAdvertisement> = {
    version: 3,
    authentication: 'none',
    checksumForm: 'pseudo-header',
  };
  const toPeer = { destination: '192.168.0.12', unicast: true };
  const rows: Record<string, Partial<VrrpAdvertisement>> = {
    'v2-none': { authentication: 'none', passwordMatchesOurs: undefined },
    'v2-ah': { authentication: 'ah', passwordMatchesOurs: true },
    'v2-pass-unicast': { ...password, ...toPeer },
    'v3-ipv4': { ...version3, intervalMs: 500 },
    'v3-ipv4-unicast': { ...version3, ...toPeer },
    'v3-ipv4-unicast-old-checksum': { ...version3, ...toPeer, checksumForm: 'old-unicast' },
    'v3-ipv6': {
      ...version3,
      family: 'inet6',
      source: 'fe80::1',
      destination: 'ff02::12',
      intervalMs: 1250,
      addresses: ['fe80::100', 'fd00::100'],
    },
    'v2-vmac': { ...password },
    'v2-pass-any-cooked1': { ...password, outgoing: false },
    'v2-pass-any-cooked2': { ...password, outgoing: false },
    'v2-pass-nanoseconds': { ...password },
    'v2-pass-snaplen-50': {
      authentication: 'password',
      passwordMatchesOurs: undefined,
      truncated: true,
      checksumOk: undefined,
      checksumForm: undefined,
    },
  };
  for (const [name, expected] of Object.entries(rows)) {
    it(name, () => {
      const heard = decode(name).filter(isAdvertisement);
      assert.ok(heard.length >= 1, 'something was heard');
      for (const advertisement of heard) {
        assert.deepEqual({ ...advertisement, ...common, ...expected }, advertisement);
      }
    });
  }

  it('is told apart by another password, also in an authentication header', () => {
    for (const name of ['v2-vmac', 'v2-ah']) {
      const [packet] = parsePcap(read(name)).packets;
      assert.ok(packet);
      const frame = decodeFrame(packet, { passwords: new Map([[51, 'secret02']]) });
      assert.equal(frame.kind === 'vrrp' && frame.passwordMatchesOurs, false, name);
    }
  });

  it('announces its addresses, with use_vmac from the virtual router’s MAC address', () => {
    const announced = (name: string) =>
      decode(name)
        .filter(isArp)
        .map(({ gratuitous, senderAddress, senderMac }) => [gratuitous, senderAddress, senderMac]);
    assert.deepEqual(announced('v2-vmac').slice(0, 2), [
      [true, '192.168.0.100', '00:00:5e:00:01:33'],
      [true, '192.168.0.101', '00:00:5e:00:01:33'],
    ]);
  });

  it('says with priority 0 that it gives up, and the other server follows', () => {
    const heard = decode('v2-pass-failover').filter(isAdvertisement);
    const steps = heard.map(({ source, priority }) => `${source} ${priority}`);
    assert.deepEqual(
      [...new Set(steps)],
      ['192.168.0.11 101', '192.168.0.11 0', '192.168.0.12 100'],
    );
    const times = heard.map(({ atMs }) => atMs);
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    );
  });

  it('with two passwords are two masters, of whom one has ours', () => {
    const heard = decode('v2-pass-split-brain').filter(isAdvertisement);
    const byServer = new Map(heard.map((one) => [one.source, one.passwordMatchesOurs]));
    assert.deepEqual(Object.fromEntries(byServer), { '192.168.0.11': true, '192.168.0.12': false });
  });

  it('never leaves a password in what was decoded', () => {
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.pcap'))) {
      const text = JSON.stringify(decode(file.replace('.pcap', '')));
      assert.doesNotMatch(text, /secret01|other002|736563726574/, file);
    }
  });
});

describe('a pcap file', () => {
  it('may come in pieces of any size', () => {
    const bytes = read('v2-pass-failover');
    const whole = parsePcap(bytes).packets;
    for (const size of [1, 7, 24, 100]) {
      const reader = createPcapReader();
      const packets = [];
      for (let at = 0; at < bytes.length; at += size) {
        packets.push(...reader.push(bytes.subarray(at, at + size)));
      }
      assert.deepEqual(packets, whole, `pieces of ${size} bytes`);
      assert.equal(reader.findProblem(), undefined);
    }
  });

  it('may be of either byte order, with micro- or nanoseconds', () => {
    const inNanoseconds = parsePcap(read('v2-pass-nanoseconds')).packets;
    const inMicroseconds = parsePcap(read('v2-none')).packets;
    for (const [packet] of [inNanoseconds, inMicroseconds]) {
      assert.ok(packet);
      assert.equal(new Date(packet.atMs).toISOString().slice(0, 10), recordedOn);
      assert.equal(packet.linkType, 1);
    }
    // 24 bytes of header and one packet of two bytes, written by a big-endian machine.
    const bigEndian = Buffer.from(
      'a1b2c3d4000200040000000000000000000400000000007100000002000001f40000000200000003beef',
      'hex',
    );
    assert.deepEqual(parsePcap(bigEndian), {
      packets: [
        { atMs: 2000.5, linkType: 113, bytes: new Uint8Array([0xbe, 0xef]), originalLength: 3 },
      ],
      problem: undefined,
    });
  });

  it('that is none, ends early or is damaged says so and keeps what was good', () => {
    const bytes = read('v2-none');
    const count = parsePcap(bytes).packets.length;
    assert.match(parsePcap(Buffer.alloc(24)).problem ?? '', /no pcap file/);
    assert.match(parsePcap(bytes.subarray(0, 20)).problem ?? '', /before its header/);
    const early = parsePcap(bytes.subarray(0, -1));
    assert.equal(early.packets.length, count - 1);
    assert.match(early.problem ?? '', /within a packet/);
    const damaged = Buffer.from(bytes);
    damaged.writeUInt32LE(0x7fffffff, 24 + 8);
    assert.deepEqual(parsePcap(damaged).packets, []);
    assert.match(parsePcap(damaged).problem ?? '', /damaged/);
  });
});

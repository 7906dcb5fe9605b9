/** What a listener makes of the packets that are captured. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CaptureRequest } from '../../../../server/appliance/appliance.ts';
import type { InstancePassword } from '../../../../server/keepalived/config/passwords.ts';
import { startListening } from '../../../../server/operations/debug/listening.ts';
import type { ListeningPlan } from '../../../../server/operations/debug/listening.ts';
import { ethernetFrame, hex, ipv4 } from '../../keepalived/wire/frames.ts';

/** The head of a pcap file: little-endian, microseconds, Ethernet. */
const head = Buffer.from('d4c3b2a1020004000000000000000000ffff000001000000', 'hex');

function record(bytes: Uint8Array, atMs: number): Buffer {
  const facts = Buffer.alloc(16);
  facts.writeUInt32LE(Math.floor(atMs / 1000), 0);
  facts.writeUInt32LE((atMs % 1000) * 1000, 4);
  facts.writeUInt32LE(bytes.length, 8);
  facts.writeUInt32LE(bytes.length, 12);
  return Buffer.concat([facts, bytes]);
}

/** An advertisement of this virtual router with the password `secret01`, its checksum left wrong. */
const advertisement = (virtualRouterId: number): Buffer =>
  Buffer.from(
    ethernetFrame(
      '0800',
      ipv4(
        hex(
          `21 ${virtualRouterId.toString(16).padStart(2, '0')} 64 01 01 01 0000 c0000207`,
          Buffer.from('secret01').toString('hex'),
        ),
      ),
    ),
  );
const arpRequest = Buffer.from(
  ethernetFrame(
    '0806',
    hex('0001 0800 06 04 0001 020000000001 0a000001 000000000000 0a000002', '00'.repeat(18)),
  ),
);

const password = (changes: Partial<InstancePassword>): InstancePassword => ({
  ...{ instanceName: 'VI_1', interfaceName: 'eth0', virtualRouterId: 7, password: 'secret01' },
  hmacKeys: new Map(),
  ...changes,
});

function listen(plan: Partial<ListeningPlan> = {}) {
  const requests: CaptureRequest[] = [];
  const writers = new Map<string, (bytes: Uint8Array) => void>();
  const enders = new Map<string, (reason?: string) => void>();
  const closed: string[] = [];
  let nowMs = 1_000_000;
  let news = 0;
  const listening = startListening({
    appliance: {
      startCapture(request, onBytes) {
        const { interfaceName } = request;
        requests.push(request);
        writers.set(interfaceName, onBytes);
        const ended = new Promise<string | undefined>((resolve) => {
          enders.set(interfaceName, resolve);
        });
        const close = () => {
          closed.push(interfaceName);
          enders.get(interfaceName)?.();
          return Promise.resolve();
        };
        return { ended, close };
      },
    },
    clock: { wallMs: () => (nowMs += 1) },
    plan: {
      interfaces: new Map([
        ['eth0', ['10.0.0.100']],
        ['eth1', []],
      ]),
      ...{ passwords: [], seconds: 30 },
      ...plan,
    },
    onHeard: () => void (news += 1),
  });
  return { listening, requests, writers, enders, closed, news: () => news };
}

describe('listening', () => {
  it('captures on each interface, for so long, what is said of its addresses', async () => {
    const { listening, requests, closed } = listen();
    assert.deepEqual(requests, [
      { interfaceName: 'eth0', addresses: ['10.0.0.100'], seconds: 30 },
      { interfaceName: 'eth1', addresses: [], seconds: 30 },
    ]);
    const { advertisements, arp, interfaceNames, fromMs, toMs } = listening.heard();
    assert.deepEqual([advertisements, arp, interfaceNames], [[], [], ['eth0', 'eth1']]);
    assert.equal(fromMs, toMs, 'nothing is read yet');
    await listening.close();
    assert.deepEqual(closed, ['eth0', 'eth1']);
  });

  it('hears advertisements and ARP in the order of their times, whatever arrives first', async () => {
    const { listening, writers, news } = listen();
    const later = Buffer.concat([head, record(advertisement(7), 5_000), record(arpRequest, 5_500)]);
    // A chunk may end within a packet.
    writers.get('eth1')?.(later.subarray(0, 50));
    writers.get('eth1')?.(later.subarray(50));
    writers.get('eth0')?.(Buffer.concat([head, record(arpRequest, 4_500)]));
    writers.get('eth0')?.(record(advertisement(7), 4_000));
    const { advertisements, arp } = listening.heard();
    assert.deepEqual(
      advertisements.map(({ atMs, interfaceName }) => [atMs, interfaceName]),
      [
        [4_000, 'eth0'],
        [5_000, 'eth1'],
      ],
    );
    assert.deepEqual(
      arp.map(({ atMs, interfaceName, targetAddress }) => [atMs, interfaceName, targetAddress]),
      [
        [4_500, 'eth0', '10.0.0.2'],
        [5_500, 'eth1', '10.0.0.2'],
      ],
    );
    assert.equal(news(), 4);
    assert.deepEqual(listening.findPcap('eth1'), later);
    assert.equal(listening.findPcap('eth2'), undefined);
    await listening.close();
  });

  it('leaves out, and names, an interface on which nothing could be captured', async () => {
    const { listening, enders } = listen();
    enders.get('eth1')?.('there is no such device');
    enders.get('eth0')?.();
    await listening.ended;
    assert.deepEqual([...listening.problems()], [['eth1', 'there is no such device']]);
    assert.deepEqual(listening.heard().interfaceNames, ['eth0']);
    await listening.close();
  });

  it('compares a password with ours of that virtual router on that interface only', async () => {
    const verdicts = async (passwords: InstancePassword[]) => {
      const { listening, writers } = listen({ passwords });
      writers.get('eth0')?.(Buffer.concat([head, record(advertisement(7), 1_000)]));
      const [one] = listening.heard().advertisements;
      await listening.close();
      assert.doesNotMatch(JSON.stringify(one), /secret/);
      return one?.passwordMatchesOurs;
    };
    assert.equal(await verdicts([password({})]), true);
    assert.equal(await verdicts([password({ interfaceName: undefined })]), true);
    assert.equal(await verdicts([password({ password: 'secret02' })]), false);
    for (const unlike of [
      { interfaceName: 'eth1' },
      { virtualRouterId: 8 },
      { virtualRouterId: undefined },
      { password: '' },
    ]) {
      assert.equal(await verdicts([password(unlike)]), undefined, JSON.stringify(unlike));
    }
  });
});
